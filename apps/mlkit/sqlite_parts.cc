// Parts of SQLite that the static program does without (see CMakeLists.txt beside this).

extern "C" {

// Full-text search, R-trees and tables about SQLite itself: registered for every connection, used by none of ours.
int sqlite3Fts3Init(void*) { return 0; }
int sqlite3Fts5Init(void*) { return 0; }
int sqlite3RtreeInit(void*) { return 0; }
int sqlite3StmtVtabInit(void*) { return 0; }
int sqlite3DbstatRegister(void*) { return 0; }

// dlopen, for extensions of SQLite: there is nothing that could be loaded.
void* __wrap_dlopen(const char*, int) { return nullptr; }  // NOLINT(bugprone-reserved-identifier)

}  // extern "C"
