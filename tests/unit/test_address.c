/*
 * address: where a literal address leads, and what only looks like one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"

static const struct {
    const char *host;
    enum address_kind kind;
} ROWS[] = {
    { "shop.example.com", ADDRESS_NAME },
    { "10.example.com", ADDRESS_NAME },
    { "127.0.0.1.example.com", ADDRESS_NAME },
    { "localhost.example.com", ADDRESS_NAME },
    { "notlocalhost", ADDRESS_NAME },
    { "xn--9n2bp8q.xn--3e0b707e", ADDRESS_NAME },
    { "8.8.8.8", ADDRESS_PUBLIC },
    { "172.32.0.1", ADDRESS_PUBLIC },
    { "172.15.255.255", ADDRESS_PUBLIC },
    { "100.128.0.1", ADDRESS_PUBLIC },
    { "[2606:4700::1111]", ADDRESS_PUBLIC },
    { "::ffff:8.8.8.8", ADDRESS_PUBLIC },
    { "localhost", ADDRESS_LOOPBACK },
    { "LocalHost.", ADDRESS_LOOPBACK },
    { "shop.localhost", ADDRESS_LOOPBACK },
    { "127.0.0.1", ADDRESS_LOOPBACK },
    { "127.255.0.9", ADDRESS_LOOPBACK },
    { "[::1]", ADDRESS_LOOPBACK },
    { "[::ffff:127.0.0.1]", ADDRESS_LOOPBACK },
    { "64:ff9b::7f00:1", ADDRESS_LOOPBACK },
    { "0.0.0.0", ADDRESS_PRIVATE },
    { "10.0.0.1", ADDRESS_PRIVATE },
    { "172.31.255.255", ADDRESS_PRIVATE },
    { "192.168.1.1", ADDRESS_PRIVATE },
    { "169.254.169.254", ADDRESS_PRIVATE },
    { "100.64.0.1", ADDRESS_PRIVATE },
    { "198.19.0.1", ADDRESS_PRIVATE },
    { "224.0.0.1", ADDRESS_PRIVATE },
    { "255.255.255.255", ADDRESS_PRIVATE },
    { "::", ADDRESS_PRIVATE },
    { "fe80::1", ADDRESS_PRIVATE },
    { "fec0::1", ADDRESS_PRIVATE },
    { "fd00::1", ADDRESS_PRIVATE },
    { "[ff02::1]", ADDRESS_PRIVATE },
    { "::ffff:10.1.2.3", ADDRESS_PRIVATE },
    { "2002:0a00:0001::", ADDRESS_PRIVATE },
    { "127.1", ADDRESS_ODD },
    { "2130706433", ADDRESS_ODD },
    { "0x7f000001", ADDRESS_ODD },
    { "0x7f.0.0.0x1", ADDRESS_ODD },
    { "010.0.0.1", ADDRESS_ODD },
    { "127.0.0.1.", ADDRESS_ODD },
    { "1.2.3.256", ADDRESS_ODD },
    { "[fe80::1%eth0]", ADDRESS_ODD },
    { "::g", ADDRESS_ODD },
    { "", ADDRESS_ODD },
};

static void test_hosts(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        if (address_kind(ROWS[i].host, strlen(ROWS[i].host)) != ROWS[i].kind)
            fail_msg("%s: %d, not %d", ROWS[i].host, (int)address_kind(ROWS[i].host, strlen(ROWS[i].host)),
                     (int)ROWS[i].kind);
}

static void test_a_host_is_as_long_as_it_is_said_to_be(void **unused)
{
    (void)unused;
    assert_int_equal(address_kind("10.0.0.1:8080/x", 8), ADDRESS_PRIVATE);
    assert_int_equal(address_kind("localhosting.example", 9), ADDRESS_LOOPBACK);
}

static void test_bytes_as_a_look_up_gives_them(void **unused)
{
    static const unsigned char PRIVATE[4] = { 192, 168, 0, 7 }, PUBLIC[4] = { 192, 167, 0, 7 };
    static const unsigned char MAPPED[16] = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 };
    (void)unused;
    assert_int_equal(address_kind_bytes(PRIVATE, 4), ADDRESS_PRIVATE);
    assert_int_equal(address_kind_bytes(PUBLIC, 4), ADDRESS_PUBLIC);
    assert_int_equal(address_kind_bytes(MAPPED, 16), ADDRESS_LOOPBACK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_a_host_is_as_long_as_it_is_said_to_be),
        cmocka_unit_test(test_bytes_as_a_look_up_gives_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
