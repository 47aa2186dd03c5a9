/*
 * rulefile: what rows come out, with which line, and what is said to a file that is hostile or clumsy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "store/rulefile.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Writes each row as "file:line table name=value …;". */
static int write_row(void *context, const char *table, const char *file, int line, size_t count,
                     const char *const *names, const char *const *values, struct error *error)
{
    struct buf *out = context;
    buf_addf(out, "%s:%d %s", file, line, table);
    for (size_t i = 0; i < count; i++)
        if (values[i] != NULL)
            buf_addf(out, " %s=%s", names[i], values[i]);
    buf_add_text(out, ";");
    if (strcmp(table, "team") == 0 && values[0] != NULL && strcmp(values[0], "refuse me") == 0)
        return error_set(error, "as you wish");
    return 0;
}

static int load(const char *text, struct buf *out, struct error *error)
{
    struct rulefiles files = { 0 };
    rulefiles_add(&files, "a.sql", text);
    int result = rulefiles_load(&files, write_row, out, error);
    rulefiles_release(&files);
    return result;
}

static const struct {
    const char *text, *rows;
} GOOD[] = {
    { "", "" },
    { "-- nothing\n/* at all */", "" },
    { ";;\n;", "" },
    { "\xef\xbb\xbfINSERT INTO team (name) VALUES ('a');", "a.sql:1 team name=a;" },
    { "INSERT INTO team (name) VALUES ('a')", "a.sql:1 team name=a;" },
    { "insert into TEAM (\"Name\") values ('a');", "a.sql:1 team name=a;" },
    { "INSERT INTO team\n(name)\nVALUES\n('a'), ('b'),\n\n-- ('x'),\n('c');",
      "a.sql:4 team name=a;a.sql:4 team name=b;a.sql:7 team name=c;" },
    { "INSERT INTO team (name) VALUES ('it''s\nlong'),\r\n('b');",
      "a.sql:1 team name=it's\nlong;a.sql:3 team name=b;" },
    { "INSERT INTO team (name) VALUES ('a; -- b /* c'), /* ( */ (')');",
      "a.sql:1 team name=a; -- b /* c;a.sql:1 team name=);" },
    { "INSERT INTO rule (say, name, priority) VALUES (NULL, 'a', 7);", "a.sql:1 rule name=a priority=7;" },
    { "INSERT INTO rule (name, say) VALUES ('a', 'x' || char(10)\n || upper('y'));",
      "a.sql:1 rule name=a say=x\nY;" },
    { "INSERT INTO rule (name, priority) VALUES ('a', -(1 + 2) * 3), ('b', 1.5);",
      "a.sql:1 rule name=a priority=-9;a.sql:1 rule name=b priority=1.5;" },
    { "INSERT INTO setting (name, value) VALUES ('a', '');\nINSERT INTO team (name) VALUES ('t');\n"
      "INSERT INTO setting (name, value) VALUES ('b', 'c');",
      "a.sql:1 setting name=a value=;a.sql:2 team name=t;a.sql:3 setting name=b value=c;" },
    { "INSERT INTO team (name) VALUES ('상담팀 “gut”');", "a.sql:1 team name=상담팀 “gut”;" },
    { "INSERT INTO attribute (name, at, value) VALUES ('a', 'close', -3), ('b', 'close', 12.50), ('c', 'close', NULL);",
      "a.sql:1 attribute name=a at=close value=-3;a.sql:1 attribute name=b at=close value=12.5;"
      "a.sql:1 attribute name=c at=close;" },
    { "INSERT INTO rule (name, priority) VALUES ('a', 2 * 250), ('b', 1e-1);", "a.sql:1 rule name=a priority=500;"
                                                                            "a.sql:1 rule name=b priority=0.1;" },
};

static void test_rows_come_in_file_order_with_their_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        struct buf out = { 0 };
        struct error error = { 0 };
        if (load(GOOD[i].text, &out, &error) != 0)
            fail_msg("%s\n%s", GOOD[i].text, error.text);
        assert_string_equal(buf_text(&out), GOOD[i].rows);
        buf_release(&out);
    }
}

#define INTO_TEAM "INSERT INTO team (name) VALUES "
#define INTO_RULE "INSERT INTO rule (name, say) VALUES\n"

/* Each is refused with a sentence that begins with the place and holds the piece. */
static const struct bad {
    const char *text, *place, *piece;
} BAD[] = {
    /* slips of the hand */
    { INTO_RULE "('a', 'x'),\n('b', 'Joe's place'),\n('c', 'y');", "a.sql:3: ", "Joe''s" },
    { INTO_RULE "('a', 'the bakers' shop');", "a.sql:2: ", "apostrophe" },
    { INTO_RULE "('a', 'rock 'n' roll');", "a.sql:2: ", "apostrophe" },
    { INTO_RULE "('a', 'Our customers', friends and dogs'),\n('b', 'x');", "a.sql:2: ", "as in customers''" },
    { INTO_RULE "('b', 'x'),\n('a', 'We love dogs', yes');", "a.sql:3: ", "an apostrophe inside a text is written twice" },
    { INTO_RULE "('a', 'The boys'. Fine'),\n('b', 'x');", "a.sql:2: ", "written twice, as in boys''" },
    { INTO_RULE "('a', 'the dogs' - two'),\n('b', 'x');", "a.sql:2: ", "written twice, as in dogs''" },
    { INTO_RULE "('a', 'the dogs' (two)');", "a.sql:2: ", "written twice, as in dogs''" },
    { INTO_RULE "('a', 'Summer '24 sale');", "a.sql:2: ", "written twice, as in ''24" },
    { INTO_RULE "('a', 'the '80s'),\n('b', 'x');", "a.sql:2: ", "written twice, as in ''80s" },
    { INTO_RULE "('a', 'the '80s and '90s');", "a.sql:2: ", "written twice, as in ''80s" },
    { INTO_RULE "('a', 'x' + 'y');", "a.sql:2: ", "texts are joined by ||" },
    { INTO_RULE "('a', 'x' + 'y\nz');", "a.sql:2: ", "texts are joined by ||" },
    { INTO_RULE "('a' 5);", "a.sql:2: ", "a comma is missing between 'a' and 5" },
    { INTO_RULE "('a', 'x'),\n 'b', 'y');", "a.sql:3: ", "the row that begins here ('b') lacks its opening parenthesis" },
    { INTO_RULE "('a';'x');", "a.sql:2: ", "values are separated by commas, not by semicolons" },
    { INTO_RULE "('a', 'no end);\n" INTO_TEAM "('b');", "a.sql:2: ", "put a ' behind its last word" },
    { INTO_RULE "('a', 'no end);\n", "a.sql:2: ", "never closed" },
    { INTO_RULE "('a', ‘curly’);", "a.sql:2: ", "a curly quote" },
    { INTO_RULE "(“a”, 'b');", "a.sql:2: ", "a curly quote" },
    { INTO_RULE "('a'，'b');", "a.sql:2: ", "full-width comma" },
    { INTO_RULE "（'a', 'b'）;", "a.sql:2: ", "full-width parenthesis" },
    { INTO_RULE "('a',\u00a0'b');", "a.sql:2: ", "no-break space" },
    { INTO_RULE "('a', 'b')\n('c', 'd');", "a.sql:3: ", "a comma is missing between this row" },
    { INTO_RULE "('a', 'b'),\n;", "a.sql:3: ", "semicolon instead" },
    { INTO_RULE "('a', 'b')\n" INTO_TEAM "('c');", "a.sql:3: ", "semicolon is missing" },
    { INTO_RULE "('a', 'b'),\n" INTO_TEAM "('c');", "a.sql:3: ", "semicolon instead" },
    { INTO_RULE "('a' 'b');", "a.sql:2: ", "a comma is missing between 'a' and 'b'" },
    { INTO_RULE "('a', NULL 'b');", "a.sql:2: ", "a comma is missing between NULL and 'b'" },
    { INTO_RULE "('a', 'b'),\n('c');",
      "a.sql:3: ", "the row 'c' has 1 value for 2 columns (name, say); write NULL" },
    { INTO_RULE "('a', 'b', 'c');",
      "a.sql:2: ", "the row 'a' has 3 values for 2 columns (name, say); look for a comma" },
    { INTO_RULE "('a', 'b'),\n\n('c', 'd';\n", "a.sql:4: ", "no closing parenthesis" },
    { INTO_RULE "('a', \"hello\");", "a.sql:2: ", "single quotes" },
    { INTO_RULE "('a', 'b'),\n('c', hello);", "a.sql:3: ", "'hello' stands outside of quotes" },
    { INTO_RULE "('a', hello there);", "a.sql:2: ", "hello there" },
    { INTO_RULE "('a', 'b'),\n('c', ?);", "a.sql:3: ", "mark ?" },
    { INTO_RULE "('a', 'b'),\n('c', :open);", "a.sql:3: ", "mark :" },
    { INTO_RULE "('a',\n);", "a.sql:3: ", "a value is missing" },
    /* quotes: a text that ends too early, too late, or in another way than it began */
    { INTO_RULE "('a', 'It's open');", "a.sql:2: ", "as in It''s (or a comma" },
    { INTO_RULE "('a', 'one\ntwo\nIt's');", "a.sql:4: ", "It''s" },
    { INTO_RULE "('a', 'It\\'s open');", "a.sql:2: ", "backslash does not help in SQL" },
    { INTO_RULE "('a', 'It\\'s open');", "a.sql:2: ", "as in It''s" },
    { INTO_RULE "('a', '안녕하세요 사장님's');", "a.sql:2: ", "사장님''s" },
    { INTO_RULE "('a', 'b'),\n('c', 'no end),\n('e', 'f'),\n('g', 'h');",
      "a.sql:3: ", "('no end),) is not closed" },
    { INTO_RULE "('a', 'b'),\n('c', 'no end\n);\n\n" INTO_RULE "('g', 'h');", "a.sql:3: ", "put a '" },
    { INTO_RULE "('a', 'no end,\n      'b');", "a.sql:2: ", "put a '" },
    { INTO_RULE "('a', 'doubled''),\n('b', 'c');", "a.sql:2: ", "put a '" },
    { INTO_RULE "('a', 'curly end’),\n('b', 'c');", "a.sql:2: ", "ends in another kind of quote" },
    { INTO_RULE "('a', 'curly end”);\n", "a.sql:2: ", "ends in another kind of quote" },
    { INTO_RULE "('a', 'mixed\");\n", "a.sql:2: ", "ends in another kind of quote" },
    { INTO_RULE "('a', no start'),\n('b', 'c');", "a.sql:2: ", "'no start' stand outside of quotes" },
    { INTO_RULE "(a', 'b'),\n('b', 'c');", "a.sql:2: ", "(a) lacks its opening quote" },
    { INTO_RULE "('a', ''hello'');", "a.sql:2: ", "two quotes open a text here" },
    { INTO_RULE "('a', “We are open”);", "a.sql:2: ", "type an ordinary apostrophe" },
    { INTO_RULE "('a', „offen“);", "a.sql:2: ", "low quote" },
    { INTO_RULE "('a', 「열려 있어요」);", "a.sql:2: ", "corner bracket" },
    { INTO_RULE "('a', ＇열려＇);", "a.sql:2: ", "full-width apostrophe" },
    { INTO_RULE "('a', ＂열려＂);", "a.sql:2: ", "full-width quote" },
    { INTO_RULE "('a', \"It's open\");", "a.sql:2: ", "names of columns" },
    { INTO_RULE "('a', \"It's open\");", "a.sql:2: ", "'It''s open'" },
    { INTO_RULE "('a', `hello`);", "a.sql:2: ", "'hello'" },
    { INTO_RULE "('a', \"hello);\n", "a.sql:2: ", "never closed" },
    { INTO_RULE "(hours, 'x');", "a.sql:2: ", "'hours' stands outside of quotes" },
    { INTO_RULE "(opening hours, 'x');", "a.sql:2: ", "'opening hours' stand outside of quotes" },
    { INTO_RULE "('a', 영업시간);", "a.sql:2: ", "'영업시간' stands outside of quotes" },
    { INTO_RULE "('a, 'b');", "a.sql:2: ", "put a ' before the comma" },
    { INTO_RULE "('a', True);", "a.sql:2: ", "write 'yes' or 'no'" },
    { INTO_RULE "('a', 5OO);", "a.sql:2: ", "cannot make sense of '5OO'" },
    { INTO_RULE "('a', 'b' + 'c');", "a.sql:2: ", "texts are joined by ||" },
    { INTO_RULE "('a',\n char(33) & 'c');", "a.sql:3: ", "not by &" },
    /* what SQL would reckon out, and nobody means */
    { INTO_RULE "('a', 'b'),\n('c', 12/1/2026);",
      "a.sql:3: ", "12/1/2026 stands outside of quotes, and SQL would work it out; write '12/1/2026' where a text is meant, or the "
                   "number itself" },
    { INTO_RULE "('a', 2026-05-12 );", "a.sql:2: ", "write '2026-05-12' where" },
    { INTO_RULE "('a', 12 / 1 / 2026);", "a.sql:2: ", "write '12 / 1 / 2026' where" },
    { INTO_RULE "('a', 5>3);", "a.sql:2: ", "write '5>3' where" },
    { INTO_RULE "('a', 5 >= 3\n);", "a.sql:2: ", "write '5 >= 3' where" },
    { INTO_RULE "('a', 1.5=1.5);", "a.sql:2: ", "write '1.5=1.5' where" },
    { INTO_RULE "('a', 010-1234-5678);", "a.sql:2: ", "write '010-1234-5678' where" },
    /* commas, parentheses, semicolons */
    { INTO_RULE "{'a', 'b'};", "a.sql:2: ", "round parentheses" },
    { INTO_RULE "('a'; 'b');", "a.sql:2: ", "separated by commas" },
    { "INSERT INTO rule (name, say)\n('a', 'b');", "a.sql:2: ", "VALUES is missing" },
    { "INSERT INTO rule (name, say) VALUE ('a', 'b');", "a.sql:1: ", "not VALUE" },
    { "INSERT INTO rule ('name', 'say') VALUES ('a', 'b');", "a.sql:1: ", "without quotes: name" },
    { "rule (name, say) VALUES ('a', 'b');", "a.sql:1: ", "INSERT INTO belongs before it" },
    { INTO_RULE "('a', 'b', );", "a.sql:2: ", "a value is missing before this ')'" },
    { INTO_RULE "('a', , 'b');", "a.sql:2: ", "write NULL" },
    { "INSERT INTO rule (name, priority, say) VALUES\n('a', 500 'b');",
      "a.sql:2: ", "comma is missing between 500" },
    { "INSERT INTO rule (name, priority, say) VALUES\n('a' 500, 'b');", "a.sql:2: ", "between 'a' and 500" },
    { "INSERT INTO rule (name, words, say) VALUES\n('a' NULL, 'b');", "a.sql:2: ", "between 'a' and NULL" },
    { "INSERT INTO rule (name, words, say) VALUES\n('a', NULL，'b');", "a.sql:2: ", "full-width comma" },
    { "INSERT INTO rule (name, priority) VALUES\n('a', ５００);", "a.sql:2: ", "type the ordinary one (5)" },
    { INTO_RULE "('a', 'b')；\n", "a.sql:2: ", "full-width semicolon" },
    { INTO_RULE "('a'、'b');\n", "a.sql:2: ", "full-width comma" },
    { INTO_RULE "('a', 'b'\n('c', 'd');", "a.sql:2: ", "no closing parenthesis" },
    { INTO_RULE "('a', 'b'),\n('c', 'd'\n" INTO_TEAM "('e');", "a.sql:3: ", "no closing parenthesis" },
    { INTO_RULE "('a', 'b',\n('c', 'd'),\n('e', 'f');", "a.sql:2: ", "no closing parenthesis" },
    { INTO_RULE "('a', 'b')),\n('c', 'd');", "a.sql:2: ", "one closing parenthesis too many" },
    { INTO_RULE "('a', 'b'),\n'c', 'd');", "a.sql:3: ", "row" },
    { INTO_RULE "('a', 'b');\n('c', 'd');", "a.sql:3: ", "write a comma there instead" },
    { INTO_RULE "('a', 'b')\n\n" INTO_RULE "('c', 'd');", "a.sql:4: ", "semicolon is missing at the end" },
    { INTO_TEAM "('a')\n-- and\n" INTO_TEAM "('b');", "a.sql:3: ", "semicolon is missing at the end" },
    /* other statements, other comments */
    { "UPDATE rule SET say = 'x';", "a.sql:1: ", "change it where it is written" },
    { INTO_TEAM "('a');\nDELETE FROM team;", "a.sql:2: ", "take it out where it is written" },
    { "CREATE TABLE rule (name);", "a.sql:1: ", "the tables are there already" },
    { "BEGIN;\n" INTO_TEAM "('a');", "a.sql:1: ", "take it out" },
    { "INSRT INTO team (name) VALUES ('a');", "a.sql:1: ", "did you mean 'INSERT'?" },
    { "# teams\n" INTO_TEAM "('a');", "a.sql:1: ", "begins with --, not with #" },
    { "// teams\n" INTO_TEAM "('a');", "a.sql:1: ", "begins with --, not with //" },
    { INTO_TEAM "('a'), -- one\n('b') // two\n;", "a.sql:2: ", "begins with --" },
    { "— teams\n" INTO_TEAM "('a');", "a.sql:1: ", "long dash" },
    /* tables and columns */
    { "INSERT INTO rul (name) VALUES ('a');", "a.sql:1: ", "did you mean 'rule'?" },
    { "INSERT INTO xyzzy (name) VALUES ('a');", "a.sql:1: ", "known are setting, campaign" },
    { "INSERT INTO rule (name,\n wrods) VALUES ('a', 'b');", "a.sql:2: ", "did you mean 'words'?" },
    { "INSERT INTO rule (name, rowid) VALUES ('a', 1);", "a.sql:1: ", "no column 'rowid'" },
    { "INSERT INTO rule (name, name) VALUES ('a', 'b');", "a.sql:1: ", "named twice" },
    { "INSERT INTO rule (name say) VALUES ('a', 'b');", "a.sql:1: ", "list of columns" },
    { "INSERT INTO rule VALUES ('a', 'b');", "a.sql:1: ", "columns are listed" },
    { "INSERT INTO rule () VALUES ();", "a.sql:1: ", "name is missing" },
    { "INSERT INTO main.rule (name) VALUES ('a');", "a.sql:1: ", "no table 'main'" },
    { "INSERT INTO attribute (name, at) VALUES\n('x_vip', 'reply');",
      "a.sql:1: ", "this INSERT INTO attribute lists no column value; write what it is set to, or NULL there where it is "
                   "taken away" },
    { "INSERT INTO attribute (name,\n at, type) VALUES ('x_vip', 'reply', 'number');", "a.sql:2: ", "lists no column value" },
    { "INSERT INTO rule_set (rule, name) VALUES ('a', 'b');", "a.sql:1: ", "INTO rule_set lists no column value" },
    { "INSERT INTO step_set (step, name) VALUES ('a.b', 'b');", "a.sql:1: ", "INTO step_set lists no column value" },
    /* hostile */
    { "ATTACH 'x.db' AS x;", "a.sql:1: ", "INSERT statements and nothing else" },
    { "PRAGMA writable_schema = 1;", "a.sql:1: ", "nothing else" },
    { "\nDROP TABLE rule;", "a.sql:2: ", "nothing else" },
    { "CREATE TRIGGER t AFTER INSERT ON rule BEGIN SELECT 1; END;", "a.sql:1: ", "nothing else" },
    { "WITH x AS (SELECT 1) INSERT INTO team (name) SELECT * FROM x;", "a.sql:1: ", "nothing else" },
    { "REPLACE INTO team (name) VALUES ('a');", "a.sql:1: ", "nothing else" },
    { "SELECT load_extension('x');", "a.sql:1: ", "nothing else" },
    { "INSERT OR REPLACE INTO team (name) VALUES ('a');", "a.sql:1: ", "INTO and a table's name" },
    { "INSERT INTO sqlite_master (name) VALUES ('a');", "a.sql:1: ", "no table" },
    { "INSERT INTO team (name) SELECT name FROM rule;", "a.sql:1: ", "queries" },
    { "INSERT INTO team (name) DEFAULT VALUES;", "a.sql:1: ", "other forms of INSERT" },
    { INTO_TEAM "('a') RETURNING name;", "a.sql:1: ", "RETURNING" },
    { INTO_TEAM "('a') ON CONFLICT DO NOTHING;", "a.sql:1: ", "not 'ON'" },
    { INTO_TEAM "('a') UNION SELECT 1;", "a.sql:1: ", "not 'UNION'" },
    { INTO_TEAM "('a'),\n((SELECT name FROM rule));", "a.sql:2: ", "queries are not allowed" },
    { INTO_TEAM "((WITH RECURSIVE t(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM t) SELECT max(x) FROM t));",
      "a.sql:1: ", "not allowed" },
    { INTO_TEAM "(EXISTS (SELECT 1));", "a.sql:1: ", "queries are not allowed" },
    { INTO_TEAM "('a'),\n(load_extension('x'));", "a.sql:2: ", "function 'load_extension' is not allowed" },
    { INTO_TEAM "('a'),\n(hex(randomblob(9)));",
      "a.sql:2: ", "is not allowed in a rule file; allowed are char" },
    { INTO_TEAM "(datetime('now'));", "a.sql:1: ", "'datetime' is not allowed" },
    { INTO_TEAM "(CURRENT_TIMESTAMP);", "a.sql:1: ", "'CURRENT_TIMESTAMP' is not allowed" },
    { INTO_TEAM "(replace('a', 'a', 'b'));", "a.sql:1: ", "'replace' is not allowed" },
    { INTO_TEAM "(nonsense(1));", "a.sql:1: ", "'nonsense' is not allowed" },
    { INTO_TEAM "(x'00ff');", "a.sql:1: ", "comma is missing between x and" },
    { INTO_TEAM "(CAST(1 AS BLOB));", "a.sql:1: ", "raw bytes" },
    { INTO_TEAM "('a' || char(0) || 'b');", "a.sql:1: ", "a character that is none" },
    { INTO_TEAM "(char(55296));", "a.sql:1: ", "a character that is none" },
    { INTO_TEAM "(RAISE(ABORT, 'x'));", "a.sql:1: ", "SQLite cannot read" },
    /* texts that are none */
    { "-- ok\n" INTO_TEAM "('caf\xe9');", "a.sql:2: ", "Windows-1252" },
    { "-- ok\n" INTO_TEAM "('ma\xf1"
      "ana se\xf1or \xbfqu\xe9?');",
      "a.sql:2: ", "iconv -f WINDOWS-1252 -t UTF-8 a.sql" },
    { "-- ok\n-- ok\n" INTO_TEAM "('\xbb\xf3\xb4\xe3\xc0\xcc');",
      "a.sql:3: ", "iconv -f CP949 -t UTF-8 a.sql > a.sql.utf8 && mv a.sql.utf8 a.sql" },
    /* 你好，欢迎光临。 in GBK; さくらカフェ in Shift-JIS; привет in Windows-1251 */
    { INTO_TEAM "('\xc4\xe3\xba\xc3\xa3\xac\xbb\xb6\xd3\xad\xb9\xe2\xc1\xd9\xa1\xa3');",
      "a.sql:1: ", "this line is not UTF-8; save the file as UTF-8 in your editor" },
    { INTO_TEAM "('\xc4\xe3\xba\xc3');", "a.sql:1: ", "save the file as UTF-8 in your editor" },
    { INTO_TEAM "('\x82\xb3\x82\xad\x82\xe7\x83\x4a\x83\x74\x83\x46');",
      "a.sql:1: ", "save the file as UTF-8 in your editor" },
    { INTO_TEAM "('\xef\xf0\xe8\xe2\xe5\xf2');", "a.sql:1: ", "save the file as UTF-8 in your editor" },
    { INTO_RULE
      "('\xbf\xb5\xbe\xf7\xbd\xc3\xb0\xa3', '\xb8\xee \xbd\xc3\xbf\xa1 \xbf\xad\xbe\xee\xbf\xe4?');",
      "a.sql:2: ", "Korean Windows text" },
    { "-- \xe4\xbd\n", "a.sql:1: ", "save the file as UTF-8" },
    { "\xff\xfeI", "a.sql:1: ", "iconv -f UTF-16 -t UTF-8 a.sql > a.sql.utf8 && mv a.sql.utf8 a.sql" },
    /* the caller's refusal */
    { INTO_TEAM "('a'),\n('b'),\n('refuse me'),\n('c');", "a.sql:3: ", "as you wish" },
};

static void test_errors_name_place_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct buf out = { 0 };
        struct error error = { 0 };
        if (load(BAD[i].text, &out, &error) == 0)
            fail_msg("accepted:\n%s", BAD[i].text);
        if (strncmp(error.text, BAD[i].place, strlen(BAD[i].place)) != 0 ||
            strstr(error.text, BAD[i].piece) == NULL)
            fail_msg("%s\nwanted: %s… %s …\ngot:    %s", BAD[i].text, BAD[i].place, BAD[i].piece, error.text);
        buf_release(&out);
    }
}

static int count_row(void *context, const char *table, const char *file, int line, size_t count,
                     const char *const *names, const char *const *values, struct error *error)
{
    (void)table, (void)file, (void)count, (void)names, (void)values, (void)error;
    int *last = context;
    assert_true(line == *last + 1);
    *last = line;
    return 0;
}

static void test_ten_thousand_rows_in_one_statement(void **state)
{
    (void)state;
    struct buf text = { 0 };
    buf_add_text(
        &text,
        "INSERT INTO rule (name, priority, words, pattern, unless, action, target, say, campaign) VALUES");
    for (int i = 0; i < 10000; i++)
        buf_addf(&text, "%s\n('rule %d', 500, 'word%d', NULL, NULL, 'say', NULL, 'answer', NULL)",
                 i > 0 ? "," : "", i, i);
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    int last = 1;
    rulefiles_add(&files, "many.sql", buf_text(&text));
    if (rulefiles_load(&files, count_row, &last, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(last, 10001);
    rulefiles_release(&files);
    buf_release(&text);
}

static void test_sizes_are_bounded(void **state)
{
    (void)state;
    struct buf text = { 0 }, out = { 0 };
    struct error error = { 0 };
    buf_add_text(&text, INTO_TEAM);
    for (int i = 0; i <= 100000; i++)
        buf_add_text(&text, i > 0 ? ",('a')" : "('a')");
    assert_int_equal(load(buf_text(&text), &out, &error), -1);
    assert_non_null(strstr(error.text, "begin another INSERT"));

    buf_clear(&text);
    buf_add_text(&text, INTO_TEAM "('x'),\n('");
    for (int i = 0; i < 70 * 1024; i++)
        buf_add_char(&text, 'a');
    buf_add_text(&text, "');");
    assert_int_equal(load(buf_text(&text), &out, &error), -1);
    assert_non_null(strstr(error.text, "a.sql:2: a value is longer than 64 KiB"));

    buf_clear(&text);
    buf_add_text(&text, INTO_TEAM "('x'),\n('y'),\n('z'\n");
    for (int i = 0; i < 3; i++) {
        buf_add_text(&text, "|| '");
        for (int j = 0; j < 30 * 1024; j++)
            buf_add_char(&text, 'a');
        buf_add_text(&text, "'\n");
    }
    buf_add_text(&text, "),\n('w');");
    assert_int_equal(load(buf_text(&text), &out, &error), -1);
    assert_non_null(strstr(error.text, "a.sql:3: a value is longer than 64 KiB"));
    buf_release(&text);
    buf_release(&out);
}

static void expect_too_deep(const char *piece, const char *end, int times)
{
    struct buf text = { 0 }, out = { 0 };
    struct error error = { 0 };
    buf_add_text(&text, "-- c\n" INTO_TEAM "('x' || 'y' || 'z'),\n(('a'");
    for (int i = 0; i < times; i++)
        buf_add_text(&text, piece);
    for (int i = 0; i < times; i++)
        buf_add_text(&text, end);
    buf_add_text(&text, ")),\n('b');");
    assert_int_equal(load(buf_text(&text), &out, &error), -1);
    if (strstr(error.text, "a.sql:3: a value is joined or nested out of too many pieces") == NULL)
        fail_msg("%s", error.text);
    buf_release(&text);
    buf_release(&out);
}

static void test_a_value_of_too_many_pieces_is_named_with_its_line(void **state)
{
    (void)state;
    expect_too_deep(" || 'a'", "", 60);
    expect_too_deep(" || 'a'\n", "", 60);
    expect_too_deep(" || ('a'", ")", 60);
    expect_too_deep(" || ('a'", ")", 2000);
}

/* Folders */

static void put_file(const char *folder, const char *name, const char *bytes, size_t len)
{
    struct buf path = { 0 };
    buf_addf(&path, "%s/%s", folder, name);
    FILE *file = fopen(buf_text(&path), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
    buf_release(&path);
}

static void remove_folder(const char *folder, const char *const *names)
{
    for (; *names != NULL; names++) {
        struct buf path = { 0 };
        buf_addf(&path, "%s/%s", folder, *names);
        unlink(buf_text(&path));
        buf_release(&path);
    }
    rmdir(folder);
}

static void test_folder_is_read_in_name_order(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_rulefile.XXXXXX";
    assert_non_null(mkdtemp(folder));
    put_file(folder, "20-b.sql", "\xef\xbb\xbf-- b", 7);
    put_file(folder, "10-a.sql", "-- a", 4);
    put_file(folder, ".hidden.sql", "x", 1);
    put_file(folder, "notes.txt", "x", 1);

    struct rulefiles files = { 0 };
    struct error error = { 0 };
    assert_int_equal(rulefiles_read(folder, &files, &error), 0);
    assert_int_equal(files.count, 2);
    assert_string_equal(files.list[0].name, "10-a.sql");
    assert_string_equal(files.list[1].name, "20-b.sql");
    assert_string_equal(files.list[1].text, "-- b");
    rulefiles_release(&files);
    remove_folder(folder, (const char *const[]){ "20-b.sql", "10-a.sql", ".hidden.sql", "notes.txt", NULL });
}

static void test_bad_folders_are_refused(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_rulefile.XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    assert_int_equal(rulefiles_read("/nowhere/at/all", &files, &error), -1);
    assert_non_null(strstr(error.text, "cannot open the rules folder /nowhere/at/all"));
    assert_non_null(strstr(error.text, "name a folder with files that end in .sql"));
    assert_int_equal(rulefiles_read(folder, &files, &error), -1);
    assert_non_null(strstr(error.text, "holds no file"));
    put_file(folder, "a.sql.txt", "-- fine\n", 8);
    assert_int_equal(rulefiles_read(folder, &files, &error), -1);
    assert_non_null(strstr(error.text, "whose name ends in .sql; a.sql.txt would have to be called a.sql"));

    put_file(folder, "a.sql", "-- fine\n", 8);
    put_file(folder, "b.sql", "-- x\n-- \0\n", 10);
    assert_int_equal(rulefiles_read(folder, &files, &error), -1);
    assert_string_equal(error.text, "b.sql:2: the line holds a NUL byte; save the file as plain UTF-8 text");
    assert_int_equal(files.count, 0);

    char *large = calloc(1, 9 * 1024 * 1024);
    assert_non_null(large);
    memset(large, ' ', 9 * 1024 * 1024);
    put_file(folder, "b.sql", large, 9 * 1024 * 1024);
    free(large);
    assert_int_equal(rulefiles_read(folder, &files, &error), -1);
    assert_string_equal(error.text, "b.sql: the rule files are larger than 8 MiB in all");
    remove_folder(folder, (const char *const[]){ "a.sql", "a.sql.txt", "b.sql", NULL });
}

static void test_the_line_that_converts_a_file_works_where_the_owner_stands(void **state)
{
    (void)state;
    char folder[] = "/tmp/test rulefile.XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    put_file(folder, "b.sql", "-- caf\xe9\n", 8);
    assert_int_equal(rulefiles_read(folder, &files, &error), -1);
    const char *line = strstr(error.text, "iconv");
    assert_non_null(line);
    assert_memory_equal(error.text, "b.sql:1: ", 9);
    assert_int_equal(system(line), 0);
    assert_int_equal(rulefiles_read(folder, &files, &error), 0);
    assert_int_equal(files.count, 1);
    assert_string_equal(files.list[0].text, "-- café\n");
    rulefiles_release(&files);
    remove_folder(folder, (const char *const[]){ "b.sql", NULL });
}

static void digest(const char *name, const char *text, struct buf *out)
{
    struct rulefiles files = { 0 };
    rulefiles_add(&files, name, text);
    rulefiles_digest(&files, out);
    rulefiles_release(&files);
}

static void test_digest_tells_names_and_texts_apart(void **state)
{
    (void)state;
    static const char *const PAIRS[][2] = {
        { "a", "bc" }, { "ab", "c" }, { "a", "bd" }, { "A", "bc" }, { "a", "" }
    };
    struct buf list[COUNT(PAIRS)] = { { 0 } }, again = { 0 };
    for (size_t i = 0; i < COUNT(PAIRS); i++) {
        digest(PAIRS[i][0], PAIRS[i][1], &list[i]);
        assert_int_equal(list[i].len, 16);
        assert_int_equal(strspn(buf_text(&list[i]), "0123456789abcdef"), 16);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(buf_text(&list[i]), buf_text(&list[j]));
    }
    digest(PAIRS[0][0], PAIRS[0][1], &again);
    assert_string_equal(buf_text(&again), buf_text(&list[0]));
    for (size_t i = 0; i < COUNT(PAIRS); i++)
        buf_release(&list[i]);
    buf_release(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_in_file_order_with_their_lines),
        cmocka_unit_test(test_errors_name_place_and_reason),
        cmocka_unit_test(test_ten_thousand_rows_in_one_statement),
        cmocka_unit_test(test_sizes_are_bounded),
        cmocka_unit_test(test_a_value_of_too_many_pieces_is_named_with_its_line),
        cmocka_unit_test(test_folder_is_read_in_name_order),
        cmocka_unit_test(test_bad_folders_are_refused),
        cmocka_unit_test(test_the_line_that_converts_a_file_works_where_the_owner_stands),
        cmocka_unit_test(test_digest_tells_names_and_texts_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
