/*
 * test_consult_fate: how a call to a backend ended, and who is asked next when it has failed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "desk/consult.h"
#include "desk/consult_fate.h"

static const struct backend LAST = { .name = "faq" }, FIRST = { .name = "assistant", .fallback = &LAST };

enum { LONG_MS = 60000 };

static enum consult_fate fate(const struct backend *backend, struct consult_failure failure)
{
    if (failure.left_ms == 0)
        failure.left_ms = LONG_MS;
    return consult_fate(backend, &failure);
}

static void a_passing_failure_is_asked_once_more(void **state)
{
    static const enum vendor_class PASSING[] = { VENDOR_FAILED, VENDOR_GARBAGE, VENDOR_EMPTY };

    (void)state;
    for (size_t i = 0; i < sizeof PASSING / sizeof *PASSING; i++) {
        assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = PASSING[i] }), FATE_AGAIN);
        assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = PASSING[i], .failures = 1 }), FATE_NEXT);
        assert_int_equal(fate(&LAST, (struct consult_failure){ .class = PASSING[i], .failures = 1 }), FATE_END);
    }
}

static void what_the_vendor_means_is_not_asked_again(void **state)
{
    static const enum vendor_class MEANT[] = { VENDOR_DECLINED, VENDOR_REFUSED, VENDOR_STOPPED };

    (void)state;
    for (size_t i = 0; i < sizeof MEANT / sizeof *MEANT; i++) {
        assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = MEANT[i] }), FATE_NEXT);
        assert_int_equal(fate(&LAST, (struct consult_failure){ .class = MEANT[i] }), FATE_END);
    }
    assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = VENDOR_FAILED, .is_hopeless = true }), FATE_NEXT);
    assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = VENDOR_GARBAGE, .is_cut = true }), FATE_NEXT);
    assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = VENDOR_FAILED, .is_open = true }), FATE_NEXT);
}

/* Its circuit is open then, and says when. */
static void who_is_told_to_come_later_does_so_where_nobody_else_can_be_asked(void **state)
{
    (void)state;
    assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = VENDOR_BUSY, .is_open = true }), FATE_NEXT);
    assert_int_equal(fate(&LAST, (struct consult_failure){ .class = VENDOR_BUSY, .is_open = true }), FATE_AGAIN);
    assert_int_equal(fate(&LAST, (struct consult_failure){ .class = VENDOR_BUSY, .failures = 1 }), FATE_END);
}

/* Who has waited for three seconds is not made to wait for the same again, if there is another. */
static void slowness_is_forgiven_only_at_the_end_of_the_chain(void **state)
{
    (void)state;
    assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = VENDOR_FAILED, .took_ms = 2999 }), FATE_AGAIN);
    assert_int_equal(fate(&FIRST, (struct consult_failure){ .class = VENDOR_FAILED, .took_ms = 3000 }), FATE_NEXT);
    assert_int_equal(fate(&LAST, (struct consult_failure){ .class = VENDOR_FAILED, .took_ms = 20000 }), FATE_AGAIN);
}

static void without_time_for_an_answer_nobody_is_asked_again(void **state)
{
    (void)state;
    assert_int_equal(fate(&LAST, (struct consult_failure){ .class = VENDOR_FAILED, .left_ms = 1750 }), FATE_END);
    assert_int_equal(fate(&LAST, (struct consult_failure){ .class = VENDOR_FAILED, .left_ms = 1751 }), FATE_AGAIN);
}

static void the_pause_is_about_half_a_second(void **state)
{
    (void)state;
    assert_int_equal(consult_pause_ms(0), 250);
    assert_int_equal(consult_pause_ms(499), 749);
    assert_int_equal(consult_pause_ms(500), 250);
}

/* Only an answer that is there to its end is read; of all others it is known why not, and whether another try could help. */
static void an_end_is_whole_or_says_why_it_is_not(void **state)
{
    static const struct {
        struct wire wire;
        bool is_whole, is_cut, is_hopeless;
        const char *reason;
    } ends[] = {
        { { .end = WIRE_ANSWERED, .status = 503, .body = "{}", .body_len = 2, .retry_after = "7" }, true, false, false, "" },
        { { .end = WIRE_ANSWERED, .status = 200, .body = "{", .body_len = 1, .is_cut = true }, false, true, false, "longer" },
        { { .end = WIRE_ANSWERED, .status = 200, .body = "{", .body_len = 1, .is_broken = true, .failure = "reset" },
          false, false, false, "broke off: reset" },
        { { .end = WIRE_LEFT_NO_ANSWER, .failure = "timed out" }, false, false, false, "timed out" },
        { { .end = WIRE_NEVER_LEFT, .failure = "private", .is_barred = true }, false, false, true, "private" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct consult_end end;

        consult_end_read(&ends[i].wire, 12, &end);
        assert_int_equal(end.end, ends[i].wire.end);
        assert_int_equal(end.status, ends[i].wire.status);
        assert_int_equal(end.took_ms, 12);
        assert_int_equal(end.is_whole, ends[i].is_whole);
        assert_int_equal(end.is_cut, ends[i].is_cut);
        assert_int_equal(end.is_hopeless, ends[i].is_hopeless);
        assert_non_null(strstr(end.reason, ends[i].reason));
        if (ends[i].is_whole) {
            assert_memory_equal(end.body, "{}", 2);
            assert_int_equal(end.body_len, 2);
            assert_string_equal(end.retry_after, "7");
        } else {
            assert_null(end.body);
            assert_null(end.retry_after);
        }
        consult_end_release(&end);
    }
}

static void what_cannot_begin_is_not_tried_again(void **state)
{
    struct consult_end end;

    (void)state;
    consult_end_refuse("its key is missing: KEY is not set", &end);
    assert_int_equal(end.end, WIRE_NEVER_LEFT);
    assert_true(end.is_hopeless);
    assert_false(end.is_whole);
    assert_string_equal(end.reason, "its key is missing: KEY is not set");
    consult_end_release(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_passing_failure_is_asked_once_more),
        cmocka_unit_test(what_the_vendor_means_is_not_asked_again),
        cmocka_unit_test(who_is_told_to_come_later_does_so_where_nobody_else_can_be_asked),
        cmocka_unit_test(slowness_is_forgiven_only_at_the_end_of_the_chain),
        cmocka_unit_test(without_time_for_an_answer_nobody_is_asked_again),
        cmocka_unit_test(the_pause_is_about_half_a_second),
        cmocka_unit_test(an_end_is_whole_or_says_why_it_is_not),
        cmocka_unit_test(what_cannot_begin_is_not_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
