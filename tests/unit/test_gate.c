/* The header gate: which requests are refused because two readers could read them in two ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/gate.h"

struct header {
    const char *name, *value;
};

struct header_case {
    const char *label;
    struct header headers[4];
    const char *version;
    const char *fault; /* a piece of the sentence; NULL: passes */
};

static const struct header_case HEADER_CASES[] = {
    { "plain", { { "Host", "x" }, { "Content-Length", "12" } }, "HTTP/1.1", NULL },
    { "chunked", { { "Host", "x" }, { "Transfer-Encoding", "chunked" } }, "HTTP/1.1", NULL },
    { "no body, old", { { "User-Agent", "curl/7" } }, "HTTP/1.0", NULL },
    { "a caseless name", { { "cOnTeNt-LeNgTh", "1" }, { "content-length", "1" } }, "HTTP/1.1", "than one" },
    { "two equal lengths", { { "Content-Length", "5" }, { "Content-Length", "5" } }, "HTTP/1.1", "than one" },
    { "length and encoding",
      { { "Content-Length", "5" }, { "Transfer-Encoding", "chunked" } },
      "HTTP/1.1",
      "beside" },
    { "two encodings",
      { { "Transfer-Encoding", "chunked" }, { "Transfer-Encoding", "chunked" } },
      "HTTP/1.1",
      "than one" },
    { "two hosts", { { "Host", "a" }, { "Host", "a" } }, "HTTP/1.1", "more than one Host" },
    { "gzip, chunked", { { "Transfer-Encoding", "gzip, chunked" } }, "HTTP/1.1", "exactly" },
    { "chunked, gzip", { { "Transfer-Encoding", "chunked, gzip" } }, "HTTP/1.1", "exactly" },
    { "identity", { { "Transfer-Encoding", "identity" } }, "HTTP/1.1", "exactly" },
    { "Chunked", { { "Transfer-Encoding", "Chunked" } }, "HTTP/1.1", "exactly" },
    { "empty encoding", { { "Transfer-Encoding", "" } }, "HTTP/1.1", "exactly" },
    { "encoding in 1.0", { { "Transfer-Encoding", "chunked" } }, "HTTP/1.0", "HTTP/1.0" },
    { "signed length", { { "Content-Length", "+5" } }, "HTTP/1.1", "plain number" },
    { "negative length", { { "Content-Length", "-1" } }, "HTTP/1.1", "plain number" },
    { "listed length", { { "Content-Length", "5, 5" } }, "HTTP/1.1", "plain number" },
    { "hexadecimal length", { { "Content-Length", "0x10" } }, "HTTP/1.1", "plain number" },
    { "empty length", { { "Content-Length", "" } }, "HTTP/1.1", "plain number" },
    { "19 digits", { { "Content-Length", "1000000000000000000" } }, "HTTP/1.1", "plain number" },
    { "nines", { { "Content-Length", "99" } }, "HTTP/1.1", NULL },
    { "18 digits", { { "Content-Length", "100000000000000000" } }, "HTTP/1.1", NULL },
    { "a blank behind the name", { { "Content-Length ", "5" } }, "HTTP/1.1", "name" },
    { "a tab in the name", { { "X\tY", "5" } }, "HTTP/1.1", "name" },
    { "a colon in the name", { { "X:Y", "5" } }, "HTTP/1.1", "name" },
    { "a slash in the name", { { "X/Y", "5" } }, "HTTP/1.1", "name" },
    { "an at sign in the name", { { "X@Y", "5" } }, "HTTP/1.1", "name" },
    { "a brace in the name", { { "X{Y", "5" } }, "HTTP/1.1", "name" },
    { "all that a name may hold", { { "X-09azAZ", "5" }, { "!#$%&'*+-.^_`|~", "5" } }, "HTTP/1.1", NULL },
    { "twice a name as long as Host", { { "Date", "a" }, { "Date", "b" } }, "HTTP/1.1", NULL },
    { "names that Host begins, or begin it", { { "Hos", "a" }, { "Host", "b" }, { "Hosts", "c" } }, "HTTP/1.1", NULL },
    { "no name", { { "", "5" } }, "HTTP/1.1", "name" },
    { "a high byte in the name", { { "X\xc3\xa9", "5" } }, "HTTP/1.1", "name" },
    { "a tab in the value", { { "X-Note", "a\tb" } }, "HTTP/1.1", NULL },
    { "a high byte in the value", { { "X-Note", "\xc3\xa9" } }, "HTTP/1.1", NULL },
    { "a line break in the value", { { "X-Note", "a\nHost: b" } }, "HTTP/1.1", "control" },
    { "a deleted byte in the value", { { "X-Note", "a\x7f" } }, "HTTP/1.1", "control" },
    { "a newer version", { { "Host", "x" } }, "HTTP/1.2", "HTTP/1.1" },
    { "no version", { { "Host", "x" } }, "", "HTTP/1.1" },
};

static void expect_fault(const char *label, const char *got, const char *piece)
{
    if ((got == NULL) != (piece == NULL) || (got != NULL && strstr(got, piece) == NULL))
        fail_msg("%s: %s instead of %s", label, got != NULL ? got : "passed",
                 piece != NULL ? piece : "passing");
}

static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HEADER_CASES / sizeof *HEADER_CASES; i++) {
        const struct header_case *each = &HEADER_CASES[i];
        struct gate gate = { 0 };
        for (size_t n = 0; n < 4 && each->headers[n].name != NULL; n++) {
            const struct header *header = &each->headers[n];
            gate_header(&gate, header->name, strlen(header->name), header->value, strlen(header->value));
        }
        gate_version(&gate, each->version);
        expect_fault(each->label, gate_verdict(&gate), each->fault);
    }
}

static const struct {
    const char *target, *fault;
} TARGET_CASES[] = {
    { "/v1/inbound", NULL },
    { "/v1/inbound/whats%20app", NULL },
    { "/100%", NULL },
    { "/100%2", NULL },
    { "/%zz", NULL },
    { "/caf%C3%A9", NULL },
    { "/admin%00x", "%00" },
    { "/x?user=a%00b", "%00" },
    { "/x?a=%00", "%00" },
    { "/a\\b", "backslash" },
    { "/a%5Cb", "backslash" },
    { "/a%5cb", "backslash" },
    { "/x?user=DESK%5Cann", NULL },
    { "/x?user=DESK\\ann", NULL },
    { "/a%0d%0aHost:b", "control" },
    { "/a%7F", "control" },
    { "/a%1f", "control" },
    { "/a%0A", "control" },
    { "/a%0a", "control" },
    { "/a%09", "control" },
    { "/a%0g", NULL }, /* no escapes */
    { "/a%0G", NULL },
    { "/a%0:", NULL },
    { "/x?text=a%0Ab", NULL },
    { "/x?text=a\tb", "control" },
    { "/a\x01", "control" },
    { "/x?y#\x7f", "control" },
};

static void test_targets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TARGET_CASES / sizeof *TARGET_CASES; i++) {
        struct gate gate = { 0 };
        gate_target(&gate, TARGET_CASES[i].target);
        expect_fault(TARGET_CASES[i].target, gate_verdict(&gate), TARGET_CASES[i].fault);
    }
}

/* A name may hold NUL where the length says so: it must not hide what follows. */
static void test_nul_in_a_name(void **state)
{
    struct gate gate = { 0 };
    (void)state;
    gate_header(&gate, "X\0Y", 3, "1", 1);
    assert_non_null(gate_verdict(&gate));
}

/* The first fault is the one that is told. */
static void test_first_fault_stays(void **state)
{
    struct gate gate = { 0 };
    (void)state;
    gate_target(&gate, "/%00");
    gate_header(&gate, "Content-Length", 14, "x", 1);
    assert_string_equal(gate_verdict(&gate), "the target holds %00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_nul_in_a_name),
        cmocka_unit_test(test_first_fault_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
