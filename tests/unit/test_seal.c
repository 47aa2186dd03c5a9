/*
 * seal: signatures as Standard Webhooks has them, and what they are made of. The signatures were worked out by openssl and
 * Python's hmac.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "base/sha256.h"

#define DOCUMENTED "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define COUNTED "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define LONGEST "whsec_a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2traw=="

/* From FIPS 180-4's examples, and around the border where the length needs a block of its own. */
static void test_sha256(void **state)
{
    static const struct {
        const char *text, *digest;
    } CASES[] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
        { "0123456789012345678901234567890123456789012345678901234",
          "f34d5a0f80c0cbf84c8c0b90218c22637abd199965249da736a20143c8c9c9d9" },
        { "0123456789012345678901234567890123456789012345678901234567890123",
          "9674d9e078535b7cec43284387a6ee39956188e735a85452b0050b55341cda56" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        uint8_t digest[SHA256_SIZE];
        char hex[SHA256_SIZE * 2 + 1];

        sha256(CASES[i].text, strlen(CASES[i].text), digest);
        for (size_t k = 0; k < SHA256_SIZE; k++)
            snprintf(hex + k * 2, 3, "%02x", digest[k]);
        assert_string_equal(hex, CASES[i].digest);
    }
}

static struct seal_keys read_keys(const char *secrets)
{
    struct seal_keys keys;
    struct error error = { 0 };

    if (seal_read(secrets, &keys, &error) != 0)
        fail_msg("%s", error.text);
    return keys;
}

static struct seal_webhook webhook_of(const char *id, const char *timestamp, const char *body)
{
    return (struct seal_webhook){ id, timestamp, body, strlen(body) };
}

static void test_signatures_are_those_that_others_work_out(void **state)
{
    static const struct {
        const char *secrets, *id, *timestamp, *body, *signature;
    } CASES[] = {
        { DOCUMENTED, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}",
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" },
        { DOCUMENTED, "frontdesk-7-1767225600000", "1767225600", "{\"text\":\"영업시간\"}",
          "v1,DNn2lP5jEP8F/yPv2iNAJGZ47ll4ob0C7BlYP/Ij5AU=" },
        { COUNTED ", " DOCUMENTED, "frontdesk-7-1767225600000", "1767225600", "{\"text\":\"영업시간\"}",
          "v1,+M7WHi23B8JuGKOg6IJ9CoQVfKh68DO611fYyc8wzrQ= v1,DNn2lP5jEP8F/yPv2iNAJGZ47ll4ob0C7BlYP/Ij5AU=" },
        { LONGEST, "a", "0", "", "v1,nh7nq5cew6IbcrjT5GY/VohSc1WhHK97unB22IVlUsY=" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct seal_keys keys = read_keys(CASES[i].secrets);
        struct seal_webhook webhook = webhook_of(CASES[i].id, CASES[i].timestamp, CASES[i].body);
        struct buf signature = { 0 };

        seal_sign(&keys, &webhook, &signature);
        assert_string_equal(buf_text(&signature), CASES[i].signature);
        buf_release(&signature);
    }
}

static enum seal_verdict verify(const char *secrets, const char *id, const char *timestamp, const char *body,
                                const char *signature, int64_t now_s)
{
    struct seal_keys keys = read_keys(secrets);
    struct seal_webhook webhook = webhook_of(id, timestamp, body);

    return seal_verify(&keys, &webhook, signature, now_s);
}

static void test_a_signature_of_either_secret_counts_while_they_change(void **state)
{
    static const char OLD[] = "v1,DNn2lP5jEP8F/yPv2iNAJGZ47ll4ob0C7BlYP/Ij5AU=";
    static const char BOTH[] = "v1a,AAAA v1,+M7WHi23B8JuGKOg6IJ9CoQVfKh68DO611fYyc8wzrQ= "
                               "v1,DNn2lP5jEP8F/yPv2iNAJGZ47ll4ob0C7BlYP/Ij5AU=";
    static const char ID[] = "frontdesk-7-1767225600000", AT[] = "1767225600", BODY[] = "{\"text\":\"영업시간\"}";

    (void)state;
    assert_int_equal(verify(DOCUMENTED, ID, AT, BODY, OLD, 1767225600), SEAL_FINE);
    assert_int_equal(verify(COUNTED "," DOCUMENTED, ID, AT, BODY, OLD, 1767225600), SEAL_FINE);
    assert_int_equal(verify(DOCUMENTED, ID, AT, BODY, BOTH, 1767225600), SEAL_FINE);
    assert_int_equal(verify(COUNTED, ID, AT, BODY, BOTH, 1767225600), SEAL_FINE);
    assert_int_equal(verify(COUNTED, ID, AT, BODY, OLD, 1767225600), SEAL_WRONG);
}

static void test_what_was_changed_on_the_way_is_found_out(void **state)
{
    static const char SIGNATURE[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    static const char ID[] = "msg_p5jXN8AQM9LWM0D4loKWxJek", AT[] = "1614265330", BODY[] = "{\"test\": 2432232314}";
    static const struct {
        const char *id, *timestamp, *body, *signature;
        int64_t now_s;
        enum seal_verdict verdict;
    } CASES[] = {
        { ID, AT, BODY, SIGNATURE, 1614265330, SEAL_FINE },
        { ID, AT, BODY, SIGNATURE, 1614265330 + 300, SEAL_FINE },
        { ID, AT, BODY, SIGNATURE, 1614265330 + 301, SEAL_OLD },
        { ID, AT, BODY, SIGNATURE, 1614265330 - 300, SEAL_FINE },
        { ID, AT, BODY, SIGNATURE, 1614265330 - 301, SEAL_OLD },
        { ID, AT, "{\"test\": 2432232315}", SIGNATURE, 1614265330, SEAL_WRONG },
        { ID, "1614265331", BODY, SIGNATURE, 1614265330, SEAL_WRONG },
        { "msg_p5jXN8AQM9LWM0D4loKWxJel", AT, BODY, SIGNATURE, 1614265330, SEAL_WRONG },
        { ID, AT, BODY, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 1614265330, SEAL_WRONG },
        { ID, AT, BODY, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", 1614265330, SEAL_WRONG },
        { ID, AT, BODY, "", 1614265330, SEAL_WRONG },
        { ID, AT, BODY, NULL, 1614265330, SEAL_LACKING },
        { NULL, AT, BODY, SIGNATURE, 1614265330, SEAL_LACKING },
        { ID, NULL, BODY, SIGNATURE, 1614265330, SEAL_LACKING },
        { "", AT, BODY, SIGNATURE, 1614265330, SEAL_MALFORMED },
        { "a.b", AT, BODY, SIGNATURE, 1614265330, SEAL_MALFORMED },
        { ID, "-1", BODY, SIGNATURE, 1614265330, SEAL_MALFORMED },
        { ID, "1614265330.5", BODY, SIGNATURE, 1614265330, SEAL_MALFORMED },
        { ID, "9999999999999999999999", BODY, SIGNATURE, 1614265330, SEAL_MALFORMED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        enum seal_verdict verdict = verify(DOCUMENTED, CASES[i].id, CASES[i].timestamp, CASES[i].body, CASES[i].signature,
                                           CASES[i].now_s);

        if (verdict != CASES[i].verdict)
            fail_msg("case %zu: %s", i, seal_words(verdict));
    }
}

static void test_secrets_that_are_none_are_refused_and_never_repeated(void **state)
{
    static const char *const CASES[] = {
        "", " , ", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=", DOCUMENTED ",hunter2hunter2",
        "whsec_a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=", /* 65 bytes */
        COUNTED "," COUNTED "," COUNTED "," COUNTED "," COUNTED "," COUNTED "," COUNTED "," COUNTED "," COUNTED,
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct seal_keys keys;
        struct error error = { 0 };

        if (seal_read(CASES[i], &keys, &error) == 0)
            fail_msg("case %zu was taken", i);
        assert_true(error.text[0] != '\0');
        assert_null(strstr(error.text, "MfKQ"));
        assert_null(strstr(error.text, "hunter2"));
        assert_int_equal(keys.count, 0);
    }
}

/* RFC 4648, 10. */
static void test_base64(void **state)
{
    static const char *const CASES[][2] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };
    static const char *const WRONG[] = { "Z", "Zg=", "Zh==", "Zm9=", "Zg===", "=", "====", "Zm 9", "Zm9v\n", "Zm-_" };
    uint8_t bytes[8];
    size_t count;

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf text = { 0 };

        seal_add_base64(CASES[i][0], strlen(CASES[i][0]), &text);
        assert_string_equal(buf_text(&text), CASES[i][1]);
        assert_true(seal_from_base64(buf_text(&text), text.len, bytes, sizeof bytes, &count));
        assert_int_equal(count, strlen(CASES[i][0]));
        assert_memory_equal(bytes, CASES[i][0], count);
        buf_release(&text);
    }
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        if (seal_from_base64(WRONG[i], strlen(WRONG[i]), bytes, sizeof bytes, &count))
            fail_msg("'%s' was taken", WRONG[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_signatures_are_those_that_others_work_out),
        cmocka_unit_test(test_a_signature_of_either_secret_counts_while_they_change),
        cmocka_unit_test(test_what_was_changed_on_the_way_is_found_out),
        cmocka_unit_test(test_secrets_that_are_none_are_refused_and_never_repeated),
        cmocka_unit_test(test_base64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
