/*
 * utf8: every code point there and back, every kind of bad sequence, repair as Unicode advises.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

#define FFFD "\xEF\xBF\xBD"

static bool is_surrogate(uint32_t code)
{
    return code >= 0xD800 && code <= 0xDFFF;
}

static size_t expected_length(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static void test_every_code_there_and_back(void **state)
{
    struct buf text = { 0 };

    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        uint32_t read;

        if (is_surrogate(code))
            continue;
        buf_clear(&text);
        utf8_encode(code, &text);
        size_t len = expected_length(code);
        if (text.len != len || utf8_decode(text.data, len, &read) != len || read != code)
            fail_msg("U+%04X", (unsigned)code);
        if (text.len > 1 && utf8_decode(text.data, text.len - 1, &read) != 0)
            fail_msg("U+%04X, its last byte missing", (unsigned)code);
    }
    buf_release(&text);
}

/* Of all sequences of up to 3 bytes, just those are characters that some code is encoded as. */
static void test_every_short_sequence(void **state)
{
    size_t good[4] = { 0 };

    (void)state;
    for (uint32_t value = 0; value < 1 << 24; value++) {
        char bytes[3] = { (char)(value >> 16), (char)(value >> 8), (char)value };
        uint32_t code;
        size_t len = utf8_decode(bytes, 3, &code);

        if (len == 0 && code != 0xFFFD)
            fail_msg("%06X gives U+%04X", (unsigned)value, (unsigned)code);
        good[len]++;
    }
    assert_int_equal(good[1], 0x80 << 16);
    assert_int_equal(good[2], (0x800 - 0x80) << 8);
    assert_int_equal(good[3], 0x10000 - 0x800 - 0x800);
}

static void test_encode_what_is_no_code(void **state)
{
    static const uint32_t CASES[] = { 0xD800, 0xDFFF, 0x110000, UINT32_MAX };
    struct buf text = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        buf_clear(&text);
        utf8_encode(CASES[i], &text);
        assert_string_equal(buf_text(&text), FFFD);
    }
    buf_release(&text);
}

static void test_decode_nothing(void **state)
{
    uint32_t code = 7;

    (void)state;
    assert_int_equal(utf8_decode("", 0, &code), 0);
    assert_int_equal(code, 0xFFFD);
    assert_int_equal(utf8_decode("\0", 1, &code), 1);
    assert_int_equal(code, 0);
}

struct text {
    const char *bytes;
    size_t len; /* 0: strlen */
};

static size_t length(const struct text *text)
{
    return text->len > 0 ? text->len : strlen(text->bytes);
}

static void test_valid(void **state)
{
    static const struct text GOOD[] = {
        { "", 0 },
        { "abc\x7F", 0 },
        { "a\0b", 3 },
        { "\xEC\x98\x81\xF0\x9F\x98\x80\xC3\xA9", 0 },
        { "\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF4\x8F\xBF\xBF", 0 },
    };
    static const struct text BAD[] = {
        { "\x80", 0 },
        { "\xBF", 0 },
        { "\xC0\x80", 0 },
        { "\xC1\xBF", 0 },
        { "\xC3", 0 },
        { "\xC3(", 0 },
        { "\xE0\x9F\xBF", 0 },
        { "\xE2\x82", 0 },
        { "\xED\xA0\x80", 0 },
        { "\xED\xBF\xBF", 0 },
        { "\xF0\x8F\xBF\xBF", 0 },
        { "\xF0\x9F\x98", 0 },
        { "\xF4\x90\x80\x80", 0 },
        { "\xF5\x80\x80\x80", 0 },
        { "\xFE", 0 },
        { "\xFF", 0 },
        { "good, then \xE2\x28\xA1", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        assert_true(utf8_is_valid(GOOD[i].bytes, length(&GOOD[i])));
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (utf8_is_valid(BAD[i].bytes, length(&BAD[i])))
            fail_msg("taken: case %zu", i);
}

static void test_repair(void **state)
{
    /* The first five are tables 3-8 to 3-11 of the Unicode standard, and its text. */
    static const struct {
        struct text given;
        const char *repaired;
    } CASES[] = {
        { { "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", 0 }, FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A" },
        { { "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", 0 }, FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A" },
        { { "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", 0 }, FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B" },
        { { "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 0 }, FFFD FFFD FFFD FFFD "A" },
        { { "\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64", 0 },
          "a" FFFD FFFD FFFD "b" FFFD "c" FFFD FFFD "d" },
        { { "\xC3\xA9\xC3", 0 }, "\xC3\xA9" FFFD },
        { { "\xC3\xC3\xA9", 0 }, FFFD "\xC3\xA9" },
        { { "a\0b", 3 }, "a" FFFD "b" },
        { { "\0", 1 }, FFFD },
        { { "", 0 }, "" },
        { { "untouched \xEC\x98\x81", 0 }, "untouched \xEC\x98\x81" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf out = { 0 };

        buf_add_text(&out, ">");
        utf8_repair(CASES[i].given.bytes, length(&CASES[i].given), &out);
        assert_string_equal(buf_text(&out) + 1, CASES[i].repaired);
        assert_true(utf8_is_valid(out.data, out.len));
        buf_release(&out);
    }
}

static void test_count_and_floor(void **state)
{
    static const char TEXT[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    static const size_t FLOORS[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10, 10 };

    (void)state;
    assert_int_equal(utf8_count(TEXT, strlen(TEXT)), 4);
    assert_int_equal(utf8_count("", 0), 0);
    for (size_t max = 0; max < sizeof FLOORS / sizeof FLOORS[0]; max++)
        assert_int_equal(utf8_floor(TEXT, strlen(TEXT), max), FLOORS[max]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_there_and_back),
        cmocka_unit_test(test_every_short_sequence),
        cmocka_unit_test(test_encode_what_is_no_code),
        cmocka_unit_test(test_decode_nothing),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_repair),
        cmocka_unit_test(test_count_and_floor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
