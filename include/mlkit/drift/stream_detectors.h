// Detectors of change in a stream of numbers, one number at a time, in constant (ADWIN: logarithmic) memory. After an
// alarm a detector starts anew from what it still believes.
//
// Adwin        Bifet, Gavalda, "Learning from time-changing data with adaptive windowing" (SDM 2007), ADWIN2: the
// window
//              is an exponential histogram (at most 5 buckets of each size); it is cut where the means of its two
//              sides differ by more than
//                e = sqrt(2/m s^2 ln(2 ln(n) / delta)) + 2/(3m) ln(2 ln(n) / delta),  1/m = 1/n0 + 1/n1,
//              s^2 the window's variance. Looks at the cuts every 32 numbers, at sides of 5 numbers or more. Numbers
//              should lie in 0 .. 1. Notices rises and falls; alarms on both.
// Ddm          Gama, Medas, Castillo, Rodrigues, "Learning with drift detection" (SBIA 2004), for errors 0 and 1:
//              alarm when p + s > p_min + 3 s_min, s = sqrt(p (1-p) / n), from the 30th number on; the minimum of
//              p + s is taken once an error was seen. Notices rises only.
// PageHinkley  Page, "Continuous inspection schemes" (Biometrika 1954), with forgetting: the sum of x - mean - 0.005
//              (times 0.9999 before each addition) rises more than 50 above its least value, from the 30th number on.
//              Notices rises only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

class StreamDetector {
 public:
  virtual ~StreamDetector() = default;
  virtual std::string_view name() const = 0;  // adwin, ddm, page_hinkley
  // The next number (finite). True: the stream has changed.
  virtual bool add(double x) = 0;
  // The mean that the detector believes in now; right after an alarm, of the numbers that led to it (ADWIN: of those
  // that it kept).
  virtual double value() const = 0;
  // Everything it knows, and back (a restart continues to the bit). restore() returns false for numbers that cannot
  // be a state, and then leaves the detector as it was.
  virtual std::vector<double> state() const = 0;
  virtual bool restore(const std::vector<double>& state) = 0;
};

class Adwin : public StreamDetector {
 public:
  explicit Adwin(double delta = 0.002) : delta_(delta) {}
  std::string_view name() const override { return "adwin"; }
  bool add(double x) override;
  double value() const override;
  std::vector<double> state() const override;
  bool restore(const std::vector<double>& state) override;

  double width() const { return count_; }

 private:
  struct Bucket {
    double sum = 0;
    double squares = 0;  // about the bucket's mean
  };
  void insert(double x);
  void compress();
  void drop_oldest();
  bool cut();

  double delta_;
  std::vector<std::vector<Bucket>> rows_;  // rows_[k]: buckets of 2^k numbers, the newest first
  double count_ = 0;
  double sum_ = 0;
  double squares_ = 0;  // about the window's mean
  std::uint64_t seen_ = 0;
};

class Ddm : public StreamDetector {
 public:
  std::string_view name() const override { return "ddm"; }
  bool add(double x) override;
  double value() const override { return n_ > 0 ? p_ : at_alarm_; }
  std::vector<double> state() const override { return {n_, p_, p_min_, s_min_}; }
  bool restore(const std::vector<double>& state) override;

 private:
  double n_ = 0;
  double p_ = 0;
  double p_min_ = 2;  // above every share: none yet
  double s_min_ = 2;
  double at_alarm_ = 0;
};

class PageHinkley : public StreamDetector {
 public:
  std::string_view name() const override { return "page_hinkley"; }
  bool add(double x) override;
  double value() const override { return n_ > 0 ? mean_ : at_alarm_; }
  std::vector<double> state() const override { return {n_, mean_, sum_, least_}; }
  bool restore(const std::vector<double>& state) override;

 private:
  double n_ = 0;
  double mean_ = 0;
  double sum_ = 0;
  double least_ = 0;
  double at_alarm_ = 0;
};

// By name; '-' and '_' alike. Null where there is none of that name.
std::unique_ptr<StreamDetector> make_stream_detector(std::string_view name);

}  // namespace mlkit
