/*
 * test_search: what the index finds is what reading all messages finds, however far it has come; what is forgotten leaves no
 * byte in the file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "spine.h"
#include "store/search.h"

enum { MESSAGES = 6000, BLOCK = 65536, PEOPLE = 7 };

static const char *const WORDS[] = {
    "refund", "refunds", "Refunded", "order", "orders", "the", "the", "the", "a", "CAFÉ", "cafe", "straße", "don't", "12345",
    "010-1234", "환불", "환불해주세요", "전액환불을", "영수증은", "영수증을", "배송", "배송지", "비", "東京", "東京都", "京都", "検索エンジン",
    "語", "日本語", "👍", "👩‍👧", "привет", "ещё", "ﾃｽﾄ", "テスト", "ราคา", "x", "AS센터", "!", "—", "\n", "مُحَمَّد",
};
static const char *const TYPED[] = {
    "refund", "refund*", "re*", "r*", "order -the", "the a", "\"the a\"", "\"the refund\"*", "-the", "cafe", "strasse", "don't",
    "12345", "010-1234", "\"010 1234\" order", "환불", "환불을", "전액환불", "영수증", "불", "배송", "비", "京", "東京", "東京都", "京都 the",
    "検索", "エン", "語", "日本", "👍", "👧", "привет", "еще", "テスト", "ราคา", "as센터", "센터", "محمد", "nothing", "the refund order",
    "the -a -refund -order", "\"영수증을\"", "환불 배송 -비", "요", "x 東",
};

static uint32_t random_state;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

static void must(int result, const struct error *error)
{
    if (result < 0)
        fail_msg("%s", error->text);
}

static void put_message(struct db *db, int64_t id, int64_t conversation, const char *kind, const char *text)
{
    static const char PUT[] = "INSERT INTO message (id, conversation, at, kind, text) VALUES (?1, ?2, ?1 * 1000, ?3, ?4)";
    struct error error = { 0 };
    struct query *q = db_query(db, PUT);
    query_bind_int(q, 1, id);
    query_bind_int(q, 2, conversation);
    query_bind_text(q, 3, kind);
    query_bind_text(q, 4, text);
    must(query_run(q, &error), &error);
}

static void put_people(struct db *db)
{
    char sql[600];
    for (int i = 1; i <= PEOPLE; i++) {
        snprintf(sql, sizeof sql,
                 "INSERT INTO contact (id, created_at, first_name, address_kind, address) VALUES (%d, 1, '', 'external', 'user%d');"
                 "INSERT INTO identity (kind, value, contact, added_at) VALUES ('external', 'user%d', %d, 1), "
                 "('phone', '+8210%d', %d, 1);"
                 "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at) VALUES "
                 "(%d, %d, '%s', 'bot', 1, 1)",
                 i, i, i, i, i, i, i, i, i % 3 == 0 ? "sms" : "whatsapp");
        spine_run(db, sql);
    }
}

static void random_text(struct buf *text)
{
    buf_clear(text);
    for (uint32_t i = random_below(9); i > 0; i--)
        buf_addf(text, "%s%s", WORDS[random_below(sizeof WORDS / sizeof *WORDS)], random_below(5) == 0 ? "" : " ");
}

/* Over several blocks, with small and large gaps between the ids. */
static void fill_book(struct db *db)
{
    struct buf text = { 0 };
    int64_t id = 1;
    put_people(db);
    for (int i = 0; i < MESSAGES; i++) {
        random_text(&text);
        put_message(db, id, 1 + random_below(PEOPLE), i % 3 == 0 ? "out" : "in", buf_text(&text));
        id += i == 2000 ? 100 * BLOCK : i % 700 == 699 && i < 5000 ? 25000 : 1 + (random_below(4) == 0);
    }
    buf_release(&text);
}

static int set_up(void **state)
{
    random_state = 20261130;
    *state = spine_open();
    fill_book(*state);
    return 0;
}

static int tear_down(void **state)
{
    db_close(*state);
    return 0;
}

static void fill_all(struct db *db)
{
    struct error error = { 0 };
    int more;
    while ((more = search_fill(db, &error)) == 1)
        continue;
    must(more, &error);
}

static void add_id(void *context, const struct search_hit *hit)
{
    buf_addf(context, "%lld ", (long long)hit->message);
}

static void run(struct db *db, const char *typed, const struct filter *filter, bool is_by_relevance, struct buf *ids,
                struct search_outcome *outcome)
{
    struct seek seek;
    struct error error = { 0 };
    buf_clear(ids);
    seek_read(typed, strlen(typed), &seek);
    must(search_run(db, &(struct search_query){ &seek, *filter, is_by_relevance }, add_id, ids, outcome, &error), &error);
    seek_release(&seek);
}

static const char *found(struct db *db, const char *typed, struct filter filter)
{
    static struct buf ids;
    struct search_outcome outcome;
    run(db, typed, &filter, false, &ids, &outcome);
    return buf_text(&ids);
}

/* Every message, read and judged. */
static void scan(struct db *db, const char *typed, int64_t person, int64_t since, int64_t until, struct buf *ids)
{
    static const char ALL[] = "SELECT id, text FROM message WHERE (?1 = 0 OR conversation = ?1) AND at >= ?2 AND at < ?3 "
                              "ORDER BY id DESC";
    struct query *q = db_query(db, ALL);
    struct seek seek;
    struct units units = { 0 };
    buf_clear(ids);
    seek_read(typed, strlen(typed), &seek);
    query_bind_int(q, 1, person);
    query_bind_int(q, 2, since);
    query_bind_int(q, 3, until);
    while (query_step(q, NULL) == 1) {
        const char *text = query_text(q, 1);
        units_cut(text, strlen(text), &units);
        if (seek_match(&seek, &units, NULL))
            buf_addf(ids, "%lld ", (long long)query_int(q, 0));
    }
    query_end(q);
    units_release(&units);
    seek_release(&seek);
}

static void check_all(struct db *db)
{
    struct buf expected = { 0 };
    for (size_t i = 0; i < sizeof TYPED / sizeof *TYPED; i++) {
        scan(db, TYPED[i], 0, 0, INT64_MAX, &expected);
        const char *have = found(db, TYPED[i], (struct filter){ 0 });
        if (strcmp(have, buf_text(&expected)) != 0)
            fail_msg("%s: %.300s … instead of %.300s …", TYPED[i], have, buf_text(&expected));
    }
    buf_release(&expected);
}

static int64_t ask(struct db *db, const char *sql)
{
    struct query *q = db_query(db, sql);
    assert_int_equal(query_step(q, NULL), 1);
    int64_t value = query_int(q, 0);
    query_end(q);
    return value;
}

static void finds_what_reading_everything_finds(void **state)
{
    fill_all(*state);
    assert_true(ask(*state, "SELECT count(*) FROM search_word") > 300);
    assert_true(ask(*state, "SELECT count(*) FROM search_leaf") > 5);
    check_all(*state);
}

static void finds_it_however_far_the_index_has_come(void **state)
{
    struct error error = { 0 };
    int more = 1;
    for (int step = 0; more == 1; step++) {
        if (step % 90 == 0)
            check_all(*state);
        more = search_fill(*state, &error);
    }
    must(more, &error);
}

static void filters_leave_in_what_they_ask_for(void **state)
{
    struct buf expected = { 0 };
    int64_t middle = ask(*state, "SELECT id FROM message ORDER BY id LIMIT 1 OFFSET 3000") * 1000;
    fill_all(*state);
    for (size_t i = 0; i < sizeof TYPED / sizeof *TYPED; i++) {
        scan(*state, TYPED[i], 4, 0, INT64_MAX, &expected);
        assert_string_equal(found(*state, TYPED[i], (struct filter){ .user = "user4" }), buf_text(&expected));
        assert_string_equal(found(*state, TYPED[i], (struct filter){ .phone = "+82 10-4" }), buf_text(&expected));
        assert_string_equal(found(*state, TYPED[i], (struct filter){ .user = "user4", .phone = "82104" }), buf_text(&expected));
        assert_string_equal(found(*state, TYPED[i], (struct filter){ .user = "user4", .phone = "82105" }), "");
        scan(*state, TYPED[i], 0, middle, INT64_MAX, &expected);
        assert_string_equal(found(*state, TYPED[i], (struct filter){ .since = middle }), buf_text(&expected));
        scan(*state, TYPED[i], 0, 900 * 1000, middle, &expected);
        assert_string_equal(found(*state, TYPED[i], (struct filter){ .since = 900 * 1000, .until = middle }),
                            buf_text(&expected));
    }
    assert_string_equal(found(*state, "the", (struct filter){ .channel = "telegram" }), "");
    assert_string_equal(found(*state, "the", (struct filter){ .user = "nobody" }), "");
    buf_clear(&expected);
    buf_add_text(&expected, found(*state, "the", (struct filter){ .user = "user1" }));
    assert_string_equal(found(*state, "the", (struct filter){ .phone = "82/(10) 1" }), buf_text(&expected));
    assert_int_equal(strchr(found(*state, "the", (struct filter){ .channel = "sms" }), ' ') != NULL, true);
    buf_release(&expected);
}

static void the_newest_come_first_and_more_is_told(void **state)
{
    struct buf all = { 0 }, some = { 0 };
    struct search_outcome outcome;
    fill_all(*state);
    run(*state, "the", &(struct filter){ 0 }, false, &all, &outcome);
    assert_false(outcome.has_more);
    run(*state, "the", &(struct filter){ .limit = 30 }, false, &some, &outcome);
    assert_true(outcome.has_more);
    assert_memory_equal(buf_text(&all), buf_text(&some), some.len);
    assert_true(some.len < all.len && some.len > 30);
    buf_release(&all);
    buf_release(&some);
}

static void relevance_puts_the_telling_messages_first(void **state)
{
    struct buf ids = { 0 };
    struct search_outcome outcome;
    put_message(*state, 100000000, 1, "in", "the zebra");
    put_message(*state, 100000001, 1, "in", "zebra zebra");
    put_message(*state, 100000002, 1, "in", "one zebra and much that has nothing to do with it, at quite some length, too");
    for (int i = 0; i < 600; i++)
        put_message(*state, 100000003 + i, 2, "in", "the end");
    fill_all(*state);
    run(*state, "zebra", &(struct filter){ 0 }, true, &ids, &outcome);
    assert_string_equal(buf_text(&ids), "100000001 100000000 100000002 ");
    run(*state, "zebra", &(struct filter){ .limit = 1 }, true, &ids, &outcome);
    assert_string_equal(buf_text(&ids), "100000001 ");
    assert_true(outcome.has_more);
    run(*state, "zebra -much", &(struct filter){ .user = "user1" }, true, &ids, &outcome);
    assert_string_equal(buf_text(&ids), "100000001 100000000 ");
    assert_false(outcome.is_ranked_part);
    buf_release(&ids);
}

static void of_very_many_hits_the_newest_are_ranked_and_that_is_told(void **state)
{
    struct buf ids = { 0 };
    struct search_outcome outcome;
    for (int i = 0; i <= SEARCH_RANKED_MAX; i++)
        put_message(*state, 100000000 + i, 1, "in", i == 0 ? "zebra zebra zebra" : i == 1 ? "zebra zebra" : "zebra");
    run(*state, "zebra", &(struct filter){ .limit = 1 }, true, &ids, &outcome);
    assert_string_equal(buf_text(&ids), "100000001 ");
    assert_true(outcome.is_ranked_part);
    buf_release(&ids);
}

static void what_was_forgotten_is_not_found(void **state)
{
    static const char SOME[] = "SELECT id, text FROM message WHERE id % 3 = 0";
    struct error error = { 0 };
    fill_all(*state);
    struct query *q = db_query(*state, SOME);
    while (query_step(q, &error) == 1)
        must(search_forget(*state, query_int(q, 0), query_text(q, 1), &error), &error);
    query_end(q);
    spine_run(*state, "DELETE FROM message WHERE id % 3 = 0");
    check_all(*state);
    spine_run(*state, "UPDATE message SET text = ''");
    assert_string_equal(found(*state, "the", (struct filter){ 0 }), "");
}

/* Each message's pieces, and nothing else. */
static void forgetting_all_leaves_the_index_empty(void **state)
{
    static const char ALL[] = "SELECT id, text FROM message";
    struct error error = { 0 };
    fill_all(*state);
    struct query *q = db_query(*state, ALL);
    while (query_step(q, &error) == 1)
        must(search_forget(*state, query_int(q, 0), query_text(q, 1), &error), &error);
    query_end(q);
    assert_int_equal(ask(*state, "SELECT count(*) FROM search_word"), 0);
    assert_int_equal(ask(*state, "SELECT count(*) FROM search_leaf"), 0);
    assert_int_equal(search_is_left(*state, &error), 0);
}

static void an_index_of_another_form_is_made_anew(void **state)
{
    struct error error = { 0 };
    fill_all(*state);
    int64_t words = ask(*state, "SELECT count(*) FROM search_word");
    assert_int_equal(ask(*state, "SELECT count(*) FROM book WHERE name = 'search_form'"), 1);
    spine_run(*state, "UPDATE book SET value = '7' WHERE name = 'search_form'");
    assert_int_equal(search_is_left(*state, &error), 1);
    check_all(*state); /* what it has is not looked at */
    assert_int_equal(search_fill(*state, &error), 1);
    assert_int_equal(search_is_left(*state, &error), 1);
    fill_all(*state);
    assert_int_equal(search_is_left(*state, &error), 0);
    assert_int_equal(ask(*state, "SELECT count(*) FROM search_word"), words);
    check_all(*state);
}

static void a_damaged_leaf_does_no_more_than_begin_anew(void **state)
{
    struct error error = { 0 };
    for (int i = 0; i < 30; i++)
        must(search_fill(*state, &error), &error);
    spine_run(*state, "UPDATE search_leaf SET words = x'05616263' WHERE shelf = (SELECT min(shelf) FROM search_leaf)");
    fill_all(*state);
    check_all(*state);
}

static void a_step_is_bounded_by_its_bytes(void **state)
{
    struct error error = { 0 };
    struct buf text = { 0 };
    fill_all(*state);
    for (int i = 0; i < 9000; i++)
        buf_addf(&text, "word%d ", i);
    int64_t first = ask(*state, "SELECT max(id) + 1 FROM message");
    for (int i = 0; i < 600; i++)
        put_message(*state, first + i, 1, "in", i < 100 ? buf_text(&text) : "short");
    assert_int_equal(search_fill(*state, &error), 1);
    assert_in_range(ask(*state, "SELECT CAST (value AS INTEGER) FROM book WHERE name = 'search_next'"), first - 600, first + 5);
    buf_release(&text);
}

/* Bytes */

struct book {
    char folder[64], path[80];
    struct db *db;
};

static int open_book(void **state)
{
    static struct book book;
    struct error error = { 0 };
    glob_t files;
    random_state = 4;
    snprintf(book.folder, sizeof book.folder, "/tmp/search.XXXXXX");
    assert_non_null(mkdtemp(book.folder));
    snprintf(book.path, sizeof book.path, "%s/book.db", book.folder);
    book.db = db_open(book.path, DB_WRITER, &error);
    assert_non_null(book.db);
    assert_int_equal(glob("schema/*.sql", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        spine_apply(book.db, files.gl_pathv[i]);
    globfree(&files);
    *state = &book;
    return 0;
}

static int close_book(void **state)
{
    struct book *book = *state;
    static const char *const ENDS[] = { "", "-wal", "-shm" };
    char path[100];
    db_close(book->db);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        snprintf(path, sizeof path, "%s%s", book->path, ENDS[i]);
        unlink(path);
    }
    return rmdir(book->folder);
}

static bool file_has(const char *path, const char *word)
{
    struct buf bytes = { 0 };
    char piece[65536];
    size_t got;
    FILE *file = fopen(path, "r");
    while (file != NULL && (got = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&bytes, piece, got);
    if (file != NULL)
        fclose(file);
    bool has = bytes.len > 0 && memmem(bytes.data, bytes.len, word, strlen(word)) != NULL;
    buf_release(&bytes);
    return has;
}

static bool book_has(const struct book *book, const char *word)
{
    char log[100];
    snprintf(log, sizeof log, "%s-wal", book->path);
    return file_has(book->path, word) || file_has(log, word);
}

static void what_was_forgotten_leaves_no_byte_in_the_file(void **state)
{
    struct book *book = *state;
    struct error error = { 0 };
    char text[80];
    put_people(book->db);
    /* The index only: the messages themselves are others' to wipe, and are written here without their words. */
    spine_run(book->db, "BEGIN");
    for (int i = 0; i < 70000; i++) {
        snprintf(text, sizeof text, "word%d and so on", (int)random_below(20000));
        put_message(book->db, i + 1, 1, "in", i == 100 || i == 69000 ? "the secret quetzalcoatl 케찰코아틀" : text);
    }
    spine_run(book->db, "COMMIT");
    for (int more = 1; more == 1;) {
        must(db_begin(book->db, &error), &error);
        more = search_fill(book->db, &error);
        must(more, &error);
        must(db_commit(book->db, &error), &error);
    }
    assert_true(ask(book->db, "SELECT count(*) FROM search_word") > 3000);
    assert_true(ask(book->db, "SELECT count(*) FROM search_leaf") > 5);
    spine_run(book->db, "UPDATE message SET text = '' WHERE text LIKE '%quetzal%'");
    spine_run(book->db, "PRAGMA wal_checkpoint(TRUNCATE)");
    assert_true(book_has(book, "quetzalcoatl"));
    must(db_begin(book->db, &error), &error);
    must(search_forget(book->db, 101, "the secret quetzalcoatl 케찰코아틀", &error), &error);
    must(search_forget(book->db, 69001, "the secret quetzalcoatl 케찰코아틀", &error), &error);
    must(db_commit(book->db, &error), &error);
    spine_run(book->db, "PRAGMA wal_checkpoint(TRUNCATE)");
    assert_false(book_has(book, "quetzalcoatl"));
    assert_false(book_has(book, "케찰"));
    assert_false(book_has(book, "secret"));
    assert_true(book_has(book, "word"));
}

struct changing { /* at the first hit the oldest message gets other words */
    struct db *writer;
    int64_t oldest;
    int count;
};

static void change(void *context, const struct search_hit *hit)
{
    struct changing *changing = context;
    if (changing->count++ == 0)
        spine_run(changing->writer, "UPDATE message SET text = 'gone' WHERE id = 1");
    changing->oldest = hit->message;
}

static void a_search_of_thousands_does_not_hold_on_to_one_state(void **state)
{
    struct book *book = *state;
    struct error error = { 0 };
    struct search_outcome outcome;
    struct seek seek;
    put_people(book->db);
    spine_run(book->db, "BEGIN");
    for (int i = 1; i <= 3000; i++)
        put_message(book->db, i, 1, "in", "the same");
    spine_run(book->db, "COMMIT");
    fill_all(book->db);
    struct db *reader = db_open(book->path, DB_READER, &error);
    assert_non_null(reader);
    seek_read("same", 4, &seek);
    for (int way = 0; way < 2; way++) {
        struct changing changing = { .writer = book->db };
        struct filter filter = { .user = way == 0 ? NULL : "user1" };
        spine_run(book->db, "UPDATE message SET text = 'the same' WHERE id = 1");
        must(search_run(reader, &(struct search_query){ &seek, filter, false }, change, &changing, &outcome, &error), &error);
        assert_int_equal(changing.count, 2999);
        assert_int_equal(changing.oldest, 2);
    }
    seek_release(&seek);
    db_close(reader);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest TESTS[] = {
    T(finds_what_reading_everything_finds),
    T(finds_it_however_far_the_index_has_come),
    T(filters_leave_in_what_they_ask_for),
    T(the_newest_come_first_and_more_is_told),
    T(relevance_puts_the_telling_messages_first),
    T(of_very_many_hits_the_newest_are_ranked_and_that_is_told),
    T(what_was_forgotten_is_not_found),
    T(forgetting_all_leaves_the_index_empty),
    T(an_index_of_another_form_is_made_anew),
    T(a_damaged_leaf_does_no_more_than_begin_anew),
    T(a_step_is_bounded_by_its_bytes),
    cmocka_unit_test_setup_teardown(what_was_forgotten_leaves_no_byte_in_the_file, open_book, close_book),
    cmocka_unit_test_setup_teardown(a_search_of_thousands_does_not_hold_on_to_one_state, open_book, close_book),
};

int main(void)
{
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
