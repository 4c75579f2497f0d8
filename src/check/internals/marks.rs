//! What frameworks and databases print of themselves, a pattern a row.
//!
//! Behind the arrow of a row stands a text that shows it. Patterns are those of
//! [`pattern`](super::pattern).

use std::sync::LazyLock;

use super::pattern::Patterns;

/// Whether a line of a trace, or what stands over and under one, is in the line.
#[must_use]
pub fn is_trace(line: &str) -> bool {
    static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| patterns(&TRACES));
    PATTERNS.are_in(line)
}

/// Whether something that databases or their drivers say is in the line.
#[must_use]
pub fn is_of_database(line: &str) -> bool {
    static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| patterns(&DATABASES));
    PATTERNS.are_in(&line.to_ascii_lowercase())
}

fn patterns(rows: &'static [&'static str]) -> Patterns {
    let pairs = rows.iter().filter_map(|row| row.split_once(ARROW));
    Patterns::new(pairs.map(|(pattern, _)| pattern))
}

const ARROW: &str = " → ";

const TRACES: [&str; 57] = [
    // Java and what runs beside it
    "^at %w(%w.java:%d) → at java.base/java.lang.Thread.run(Thread.java:833)",
    "^at %w(%w.kt:%d) → at com.example.keys.KeyRoutesKt$keys$1.invoke(KeyRoutes.kt:31)",
    "^at %w(%w.scala:%d) → at controllers.Keys.$anonfun$revoke$1(Keys.scala:12)",
    "^at %w(Native Method) → at java.lang.reflect.Method.invoke0(Native Method)",
    "^at %w(Unknown Source) → at com.example.Keys$Proxy12.revoke(Unknown Source)",
    "Exception in thread \"%s\" → Exception in thread \"main\" java.lang.Error: no",
    "^Caused by: %w.%w: → Caused by: java.io.IOException: Broken pipe",
    // .NET
    "^at %s in %s:line %d → at Acme.Keys.Revoke(String id) in C:\\src\\Keys.cs:line 42",
    "^at %T.%T.%w(%s) → at Acme.Keys.KeyController.Revoke(String id)",
    "^at %T.%T.%w() → at Microsoft.AspNetCore.Mvc.ActionInvoker.InvokeAsync()",
    "^--- End of %sstack trace → --- End of inner exception stack trace ---",
    "NullReferenceException → System.NullReferenceException: Object reference not set",
    "Server stack trace: → Server stack trace: ",
    "Stack Trace: → Stack Trace: ",
    // Node
    "^at %s (%s:%d:%d) → at revoke (/srv/app/src/routes/keys.js:42:13)",
    "^at %s.js:%d:%d → at /srv/app/src/routes/keys.js:42:13",
    "^at %s.mjs:%d:%d → at file:///srv/app/keys.mjs:4:3",
    "^at %s.ts:%d:%d → at /srv/app/src/keys.ts:42:13",
    "^at %w (<anonymous>) → at JSON.parse (<anonymous>)",
    "node:internal/%w:%d → at node:internal/process/task_queues:95:5",
    "node_modules/%w.js:%d → node_modules/express/lib/router/layer.js:95",
    "UnhandledPromiseRejection → [UnhandledPromiseRejection: This error originated]",
    // Python
    "Traceback (most recent call last) → Traceback (most recent call last):",
    "^File \"%s\", line %d → File \"/app/keys/views.py\", line 31, in delete",
    "Werkzeug Debugger → ValueError // Werkzeug Debugger",
    "because you have DEBUG = True → You see this because you have DEBUG = True in settings",
    // PHP
    "^#%d %s(%d): → #0 /var/www/app/KeyController.php(57): revoke()",
    "^#%d {main} → #9 {main}",
    "^#%d [internal function]: → #3 [internal function]: handle()",
    "Stack trace: → Stack trace:",
    "PHP Fatal error: → PHP Fatal error:  Uncaught TypeError",
    "PHP Warning: → PHP Warning:  Undefined array key",
    "PHP Notice: → PHP Notice:  Undefined index",
    "Fatal error: Uncaught → Fatal error: Uncaught TypeError: revoke()",
    "thrown in %s on line %d → thrown in /srv/x.php on line 3",
    // Ruby
    ".rb:%d:in `%s' → app/controllers/api_keys_controller.rb:12:in `destroy'",
    ".rb:%d:in '%s' → app/controllers/api_keys_controller.rb:12:in 'Keys#destroy'",
    // Go
    "goroutine %d [ → goroutine 34 [running]:",
    "panic: runtime error: → panic: runtime error: invalid memory address",
    "runtime.gopanic( → runtime.gopanic(0x1)",
    ".go:%d +0x → main.go:88 +0x1d",
    // Rust
    "panicked at %s:%d → thread 'main' panicked at src/keys.rs:42:17:",
    "panicked at '%s' → thread 'main' panicked at 'no key', src/keys.rs:42",
    "stack backtrace: → stack backtrace:",
    "called `Result::unwrap()` → called `Result::unwrap()` on an `Err` value: ParseIntError",
    "called `Option::unwrap()` → called `Option::unwrap()` on a `None` value",
    "RUST_BACKTRACE= → run with `RUST_BACKTRACE=1` to display a backtrace",
    // Elixir and Erlang
    "** (%T) → ** (Ecto.Query.CastError) value in where cannot be cast",
    ".ex:%d: %T. → (app 0.1.0) lib/app/keys.ex:31: App.Keys.get/1",
    "(elixir %d. → (elixir 1.15.7) lib/enum.ex:2510: Enum.reduce/3",
    // Perl, Lua, Haskell, C++
    " at %w.pl line %d → Died at /srv/www/keys.pl line 12.",
    " at %w.pm line %d → Died at /usr/share/perl5/Keys.pm line 12.",
    ".lua:%d: → keys.lua:12: attempt to index a nil value",
    "stack traceback: → stack traceback:",
    "CallStack (from HasCallStack) → CallStack (from HasCallStack):",
    "terminate called after throwing → terminate called after throwing an instance of 'E'",
    ".cpp:%d: → src/keys.cpp:42: assertion failed",
];

/// In lower case, as the line is then.
const DATABASES: [&str; 95] = [
    "sqlstate[ → SQLSTATE[22P02]: Invalid text representation",
    "sqlstate: → ERROR (SQLSTATE: 42601)",
    "(sqlstate %w) → ERROR: invalid input (SQLSTATE 22P02)",
    "sqlstate=%w → DB2 SQL Error: SQLCODE=-204, SQLSTATE=42704",
    // PostgreSQL
    "syntax error at or near → ERROR: syntax error at or near \"abc\"",
    "invalid input syntax for type → invalid input syntax for type bigint: \"abc\"",
    "invalid input syntax for integer → invalid input syntax for integer: \"abc\"",
    "relation \"%s\" does not exist → relation \"api_keys\" does not exist",
    "column \"%s\" does not exist → column \"abc\" does not exist",
    "error: %s at character %d → ERROR: operator does not exist at character 42",
    "violates unique constraint → duplicate key value violates unique constraint \"k\"",
    "violates foreign key constraint → update violates foreign key constraint \"k\"",
    "violates not-null constraint → value in column \"id\" violates not-null constraint",
    "violates check constraint → new row violates check constraint \"k\"",
    "is out of range for type → value \"99\" is out of range for type integer",
    "current transaction is aborted → current transaction is aborted, commands ignored",
    "^line %d: select → LINE 1: SELECT id FROM api_keys",
    "^line %d: delete → LINE 1: DELETE FROM api_keys",
    "^line %d: update → LINE 1: UPDATE api_keys SET x",
    "^pq: → pq: invalid input",
    "pg::%w → PG::InvalidTextRepresentation: ERROR",
    "org.postgresql. → org.postgresql.util.PSQLException: ERROR",
    "psycopg2. → (psycopg2.errors.InvalidTextRepresentation)",
    "asyncpg.exceptions → asyncpg.exceptions.DataError",
    // MySQL
    "you have an error in your sql syntax → You have an error in your SQL syntax; check",
    "error %4 (%5) → ERROR 1064 (42000): You have",
    "error %4 (hy000) → ERROR 1366 (HY000): Incorrect",
    "unknown column '%s' in ' → Unknown column 'abc' in 'where clause'",
    "table '%s' doesn't exist → Table 'app.api_keys' doesn't exist",
    "duplicate entry '%s' for key → Duplicate entry '42' for key 'PRIMARY'",
    "incorrect integer value: → Incorrect integer value: 'abc' for column 'id'",
    "truncated incorrect %w value → Truncated incorrect DOUBLE value: '42abc'",
    "data truncated for column → Data truncated for column 'id' at row 1",
    "out of range value for column → Out of range value for column 'id' at row 1",
    "er_parse_error → ER_PARSE_ERROR: near",
    "er_bad_field_error → ER_BAD_FIELD_ERROR",
    "er_no_such_table → ER_NO_SUCH_TABLE",
    "er_dup_entry → ER_DUP_ENTRY",
    "er_truncated_wrong_value → ER_TRUNCATED_WRONG_VALUE",
    "com.mysql. → com.mysql.cj.jdbc.exceptions.MysqlDataTruncation",
    "mysql2::error → Mysql2::Error: Unknown column",
    "mysqli_%w() → mysqli_query() expects parameter",
    "pymysql.err. → pymysql.err.ProgrammingError",
    "mysql server has gone away → SQL: MySQL server has gone away",
    // SQLite
    "sqlite_error → SQLITE_ERROR: near \"abc\"",
    "sqlite_constraint → SQLITE_CONSTRAINT_UNIQUE",
    "sqlite3::%w → SQLite3::SQLException",
    "sqlite3.%werror → sqlite3.OperationalError: near",
    "no such column: → no such column: abc",
    "no such table: → no such table: api_keys",
    "unrecognized token: → unrecognized token: \"42abc\"",
    "near \"%s\": syntax error → near \"abc\": syntax error",
    "unique constraint failed: → UNIQUE constraint failed: api_keys.id",
    // SQL Server
    "conversion failed when converting the → Conversion failed when converting the varchar",
    "unclosed quotation mark after → Unclosed quotation mark after the character string ''",
    "incorrect syntax near ' → Incorrect syntax near 'abc'.",
    "invalid column name ' → Invalid column name 'abc'.",
    "invalid object name ' → Invalid object name 'dbo.ApiKeys'.",
    "msg %d, level %d, state %d → Msg 245, Level 16, State 1, Line 1",
    "microsoft ole db provider → Microsoft OLE DB Provider for SQL Server error",
    "[odbc %s driver → [ODBC SQL Server Driver][SQL Server]",
    "[odbc driver %d → [Microsoft][ODBC Driver 17 for SQL Server]",
    "arithmetic overflow error converting → Arithmetic overflow error converting expression",
    "string or binary data would be → String or binary data would be truncated.",
    "system.data.sqlclient → System.Data.SqlClient.SqlException",
    "microsoft.data.sqlclient → Microsoft.Data.SqlClient.SqlException",
    // Oracle
    "ora-%5 → ORA-01722: invalid number",
    "tns-%5 → TNS-12541: no listener",
    "pls-%5 → PLS-00306: wrong number of arguments",
    "oracle.jdbc. → oracle.jdbc.OracleDatabaseException",
    // stores of documents and of keys
    "mongoerror → MongoError: bad auth",
    "mongoservererror → MongoServerError: E11000",
    "mongonetworkerror → MongoNetworkError: connect",
    "pymongo.errors → pymongo.errors.DuplicateKeyError",
    "e11000 duplicate key → E11000 duplicate key error collection",
    "cast to objectid failed → Cast to ObjectId failed for value \"abc\"",
    "cast to number failed for value → Cast to Number failed for value \"abc\" at path \"id\"",
    "bsonerror → BSONError: input must be a 24 character hex string",
    "bsontypeerror → BSONTypeError: Argument passed in",
    "wrongtype operation against a key → WRONGTYPE Operation against a key holding",
    "redis.exceptions. → redis.exceptions.ResponseError",
    "index_not_found_exception → index_not_found_exception: no such index [keys]",
    "search_phase_execution_exception → search_phase_execution_exception",
    // what stands between them and the code
    "could not execute statement → could not execute statement; SQL [n/a]",
    "could not extract resultset → could not extract ResultSet",
    "org.hibernate. → org.hibernate.exception.DataException",
    "org.springframework.jdbc → org.springframework.jdbc.BadSqlGrammarException",
    "java.sql.sql → java.sql.SQLSyntaxErrorException",
    "sqlalchemy.exc. → sqlalchemy.exc.DataError",
    "activerecord::statementinvalid → ActiveRecord::StatementInvalid",
    "queryfailederror → QueryFailedError: invalid input",
    "sequelizedatabaseerror → SequelizeDatabaseError: column",
    "invalid `prisma. → Invalid `prisma.apiKey.delete()` invocation",
    "doctrine\\dbal → Doctrine\\DBAL\\Exception",
    "illuminate\\database → Illuminate\\Database\\QueryException",
];

#[cfg(test)]
mod tests {
    use super::{ARROW, DATABASES, TRACES, patterns};

    #[test]
    fn every_row_is_shown_by_its_text() {
        for row in &TRACES {
            let (_, text) = row.split_once(ARROW).expect("a pattern and a text");
            assert!(patterns(std::slice::from_ref(row)).are_in(text), "{row}");
        }
        for row in &DATABASES {
            let (pattern, text) = row.split_once(ARROW).expect("a pattern and a text");
            assert_eq!(pattern, pattern.to_ascii_lowercase());
            let text = text.to_ascii_lowercase();
            assert!(patterns(std::slice::from_ref(row)).are_in(&text), "{row}");
        }
    }

    #[test]
    fn no_row_is_there_twice() {
        let rows = TRACES.iter().chain(&DATABASES);
        let mut all: Vec<&str> = rows.map(|row| row.split_once(ARROW).unwrap().0).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
