/*
 * test_consult_fate: who is asked next when a backend has failed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_passing_failure_is_asked_once_more),
        cmocka_unit_test(what_the_vendor_means_is_not_asked_again),
        cmocka_unit_test(who_is_told_to_come_later_does_so_where_nobody_else_can_be_asked),
        cmocka_unit_test(slowness_is_forgiven_only_at_the_end_of_the_chain),
        cmocka_unit_test(without_time_for_an_answer_nobody_is_asked_again),
        cmocka_unit_test(the_pause_is_about_half_a_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
