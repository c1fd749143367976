// The style sheet and the script of a report's page.
#pragma once

#include <string_view>

namespace mlkit::internal {

inline constexpr std::string_view kReportStyle =
    R"(:root{--bg:#fff;--fg:#1c1c1c;--mute:#5c5c5c;--edge:#d9d9d9;--soft:#f5f5f3;--link:#14548c;)"
    R"(--good:#12704f;--warn:#8a5a00;--bad:#a8241c}@media(prefers-color-scheme:dark){:root{--bg:#161616;--fg:#e8e8e8;)"
    R"(--mute:#a6a6a6;--edge:#3a3a3a;--soft:#222;--link:#8cc3f5;--good:#5fd1a4;--warn:#e5b64a;--bad:#ff8f85}})"
    R"(*{box-sizing:border-box}html{scroll-padding-top:1rem}body{margin:0 auto;padding:1rem;max-width:70rem;)"
    R"(background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;)"
    R"(overflow-wrap:anywhere}h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0}h2{font-size:1.2rem;)"
    R"(margin:0 0 .5rem}h3{font-size:1.02rem;margin:0 0 .4rem}.sub,.small,footer{color:var(--mute)}.sub{margin:.2rem 0 .8rem})"
    R"(.small,footer,small,caption{font-size:.85rem}section{margin:0;padding:1.1rem 0;border-top:1px solid var(--edge)})"
    R"(section>p:first-of-type{margin-top:0}a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px})"
    R"(.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--bg);padding:.3rem .6rem;z-index:2})"
    R"(nav ul{display:flex;flex-wrap:wrap;gap:.3rem .6rem;list-style:none;padding:0;margin:.8rem 0})"
    R"(nav a{display:inline-block;padding:.3rem .7rem;border:1px solid var(--edge);border-radius:1rem;text-decoration:none})"
    R"(dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.6rem;margin:0 0 1rem})"
    R"(dl div{background:var(--soft);border-radius:.5rem;padding:.5rem .8rem;min-width:0}dt{color:var(--mute);font-size:.85rem})"
    R"(dd{margin:0;font-size:1.1rem;font-variant-numeric:tabular-nums;unicode-bidi:isolate}dd small{display:block;color:var(--mute)})"
    R"(.note{display:flex;gap:.6rem;border-left:4px solid var(--mute);background:var(--soft);padding:.5rem .8rem;margin:.5rem 0;)"
    R"(border-radius:0 .4rem .4rem 0}.note b{flex:none;min-width:4.5rem}.note.good{border-color:var(--good)})"
    R"(.note.good b{color:var(--good)}.note.warn{border-color:var(--warn)}.note.warn b{color:var(--warn)})"
    R"(.note.bad{border-color:var(--bad)}.note.bad b{color:var(--bad)}.do{font-family:ui-monospace,monospace;font-size:.85rem})"
    R"(.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1rem;margin:.8rem 0;align-items:start})"
    R"(figure{margin:0;padding:.8rem;border:1px solid var(--edge);border-radius:.5rem;min-width:0}figcaption{font-weight:600;margin-bottom:.4rem})"
    R"(.pic{overflow-x:auto}.pic svg{display:block;width:100%;max-width:27rem;height:auto}.pic svg[data-wide]{width:auto;max-width:none})"
    R"(summary{cursor:pointer;padding:.3rem 0}summary h2,summary h3{display:inline})"
    R"(.data summary{color:var(--mute);font-size:.85rem}.data .scroll{max-height:20rem})"
    R"(.scroll{overflow:auto;margin:.5rem 0}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums})"
    R"(caption{text-align:left;color:var(--mute);padding-bottom:.3rem}th,td{padding:.3rem .6rem;text-align:left;vertical-align:top;)"
    R"(border-bottom:1px solid var(--edge);unicode-bidi:isolate;white-space:nowrap}tbody th,td.w{white-space:normal}td.w{overflow-wrap:anywhere;min-width:12rem;max-width:26rem})"
    R"(thead th{position:sticky;top:0;background:var(--bg);color:var(--mute);font-weight:600;white-space:nowrap})"
    R"(tbody th{font-weight:600;position:sticky;left:0;background:var(--bg);overflow-wrap:anywhere;min-width:9rem;max-width:14rem}td.n{text-align:right;white-space:nowrap})"
    R"(th button{all:unset;cursor:pointer}th button:focus-visible{outline:3px solid var(--link)}th[aria-sort=ascending] button:after{content:" \25B2"})"
    R"(th[aria-sort=descending] button:after{content:" \25BC"}.csv{font:inherit;font-size:.85rem;color:var(--link);background:none;)"
    R"(border:1px solid var(--edge);border-radius:.4rem;padding:.25rem .7rem;cursor:pointer}@media print{.csv,nav,.skip{display:none}})";

// Gives every table a button that saves it as CSV, and its columns buttons that sort by them. Without scripts the
// tables are there all the same.
inline constexpr std::string_view kReportScript =
    R"((function(){'use strict';var d=document;function val(c){var v=c.getAttribute('data-v');)"
    R"(return v===null?c.textContent.replace(/[\u25B2\u25BC]/g,''):v}function csv(t){)"
    R"(return Array.from(t.rows,function(r){return Array.from(r.cells,function(c){var s=val(c);)"
    R"(return/[",\r\n]/.test(s)?'"'+s.replace(/"/g,'""')+'"':s}).join(',')}).join('\n')+'\n'})"
    R"(function save(t){var a=d.createElement('a');a.href=URL.createObjectURL(new Blob([csv(t)],{type:'text/csv'}));)"
    R"(a.download=t.getAttribute('data-csv');d.body.appendChild(a);a.click();a.remove();)"
    R"(setTimeout(function(){URL.revokeObjectURL(a.href)},1000)}function sorter(t,i,h){return function(){)"
    R"(var up=h.getAttribute('aria-sort')!=='ascending',b=t.tBodies[0],rs=Array.from(b.rows);)"
    R"(Array.from(t.tHead.rows[0].cells,function(c){c.removeAttribute('aria-sort')});)"
    R"(h.setAttribute('aria-sort',up?'ascending':'descending');rs.sort(function(p,q){var x=val(p.cells[i]),y=val(q.cells[i]),)"
    R"(m=parseFloat(x),n=parseFloat(y),k=x===''||y===''?(x===''?1:0)-(y===''?1:0):isNaN(m)||isNaN(n)?(x<y?-1:x>y?1:0):m-n;)"
    R"(return up||x===''||y===''?k:-k});rs.forEach(function(r){b.appendChild(r)})}})"
    R"(Array.from(d.querySelectorAll('table[data-csv]'),function(t){var b=d.createElement('button');b.type='button';)"
    R"(b.className='csv';b.textContent='Save '+t.getAttribute('data-csv');b.onclick=function(){save(t)};)"
    R"(t.parentNode.parentNode.insertBefore(b,t.parentNode.nextSibling);)"
    R"(if(t.closest('.data')===null&&t.tBodies[0]&&t.tBodies[0].rows.length>1)Array.from(t.tHead.rows[0].cells,function(h,i){)"
    R"(var s=d.createElement('button');s.type='button';while(h.firstChild)s.appendChild(h.firstChild);h.appendChild(s);)"
    R"(s.onclick=sorter(t,i,h)})})})();)";

}  // namespace mlkit::internal
