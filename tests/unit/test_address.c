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
    { "1.1.1.1", ADDRESS_PUBLIC },
    { "9.255.255.255", ADDRESS_PUBLIC },
    { "11.0.0.0", ADDRESS_PUBLIC },
    { "100.63.255.255", ADDRESS_PUBLIC },
    { "100.128.0.1", ADDRESS_PUBLIC },
    { "126.255.255.255", ADDRESS_PUBLIC },
    { "128.0.0.0", ADDRESS_PUBLIC },
    { "168.63.129.15", ADDRESS_PUBLIC },
    { "169.253.255.255", ADDRESS_PUBLIC },
    { "169.255.0.0", ADDRESS_PUBLIC },
    { "172.15.255.255", ADDRESS_PUBLIC },
    { "172.32.0.1", ADDRESS_PUBLIC },
    { "192.0.1.0", ADDRESS_PUBLIC },
    { "192.0.3.0", ADDRESS_PUBLIC },
    { "192.88.98.255", ADDRESS_PUBLIC },
    { "192.167.255.255", ADDRESS_PUBLIC },
    { "192.169.0.0", ADDRESS_PUBLIC },
    { "198.17.255.255", ADDRESS_PUBLIC },
    { "198.20.0.0", ADDRESS_PUBLIC },
    { "198.51.99.255", ADDRESS_PUBLIC },
    { "203.0.114.0", ADDRESS_PUBLIC },
    { "223.255.255.255", ADDRESS_PUBLIC },
    { "[2606:4700::1111]", ADDRESS_PUBLIC },
    { "2a00:1450:4001::64", ADDRESS_PUBLIC },
    { "2001:200::1", ADDRESS_PUBLIC },
    { "2001:db9::1", ADDRESS_PUBLIC },
    { "::ffff:8.8.8.8", ADDRESS_PUBLIC },
    { "64:ff9b::808:808", ADDRESS_PUBLIC },
    { "2002:808:808::1", ADDRESS_PUBLIC },
    { "localhost", ADDRESS_LOOPBACK },
    { "LocalHost.", ADDRESS_LOOPBACK },
    { "shop.localhost", ADDRESS_LOOPBACK },
    { "127.0.0.1", ADDRESS_LOOPBACK },
    { "127.255.0.9", ADDRESS_LOOPBACK },
    { "[::1]", ADDRESS_LOOPBACK },
    { "[::ffff:127.0.0.1]", ADDRESS_LOOPBACK },
    { "::FFFF:7F00:1", ADDRESS_LOOPBACK },
    { "64:ff9b::7f00:1", ADDRESS_LOOPBACK },
    { "64:ff9b::127.0.0.1", ADDRESS_LOOPBACK },
    { "2002:7f00:1::", ADDRESS_LOOPBACK },
    { "10.0.0.1", ADDRESS_PRIVATE },
    { "10.255.255.255", ADDRESS_PRIVATE },
    { "172.16.0.0", ADDRESS_PRIVATE },
    { "172.31.255.255", ADDRESS_PRIVATE },
    { "192.168.1.1", ADDRESS_PRIVATE },
    { "100.64.0.1", ADDRESS_PRIVATE },
    { "100.127.255.255", ADDRESS_PRIVATE },
    { "198.18.0.0", ADDRESS_PRIVATE },
    { "198.19.255.255", ADDRESS_PRIVATE },
    { "fc00::1", ADDRESS_PRIVATE },
    { "fd00::1", ADDRESS_PRIVATE },
    { "fdff:ffff::1", ADDRESS_PRIVATE },
    { "::ffff:10.1.2.3", ADDRESS_PRIVATE },
    { "::ffff:192.168.0.1", ADDRESS_PRIVATE },
    { "64:ff9b::10.0.0.1", ADDRESS_PRIVATE },
    { "2002:0a00:0001::", ADDRESS_PRIVATE },
    { "2002:c0a8:1::1", ADDRESS_PRIVATE },
    { "0.0.0.0", ADDRESS_BARRED },
    { "0.1.2.3", ADDRESS_BARRED },
    { "169.254.169.254", ADDRESS_BARRED },
    { "169.254.0.1", ADDRESS_BARRED },
    { "169.254.255.255", ADDRESS_BARRED },
    { "100.100.100.200", ADDRESS_BARRED },
    { "168.63.129.16", ADDRESS_BARRED },
    { "192.0.0.192", ADDRESS_BARRED },
    { "192.0.2.1", ADDRESS_BARRED },
    { "192.88.99.1", ADDRESS_BARRED },
    { "198.51.100.7", ADDRESS_BARRED },
    { "203.0.113.7", ADDRESS_BARRED },
    { "224.0.0.1", ADDRESS_BARRED },
    { "239.255.255.250", ADDRESS_BARRED },
    { "240.0.0.1", ADDRESS_BARRED },
    { "255.255.255.255", ADDRESS_BARRED },
    { "::", ADDRESS_BARRED },
    { "::2", ADDRESS_BARRED },
    { "::10.0.0.1", ADDRESS_BARRED },
    { "::127.0.0.1", ADDRESS_BARRED },
    { "::8.8.8.8", ADDRESS_BARRED },
    { "::ffff:0:10.0.0.1", ADDRESS_BARRED },
    { "100::1", ADDRESS_BARRED },
    { "64:ff9b:1::10.0.0.1", ADDRESS_BARRED },
    { "64:ff9b::169.254.169.254", ADDRESS_BARRED },
    { "2002:a9fe:a9fe::", ADDRESS_BARRED },
    { "::ffff:169.254.169.254", ADDRESS_BARRED },
    { "::ffff:0.0.0.0", ADDRESS_BARRED },
    { "[fe80::1]", ADDRESS_BARRED },
    { "fe80::a9fe:a9fe", ADDRESS_BARRED },
    { "febf::1", ADDRESS_BARRED },
    { "fec0::1", ADDRESS_BARRED },
    { "fd00:ec2::254", ADDRESS_BARRED },
    { "fd20:ce::254", ADDRESS_BARRED },
    { "fd00:c1::a9fe:a9fe", ADDRESS_BARRED },
    { "[ff02::1]", ADDRESS_BARRED },
    { "ff05::2", ADDRESS_BARRED },
    { "2001::1", ADDRESS_BARRED },
    { "2001:0:4136:e378:8000:63bf:3fff:fdd2", ADDRESS_BARRED },
    { "2001:db8::1", ADDRESS_BARRED },
    { "3fff::1", ADDRESS_BARRED },
    { "4000::1", ADDRESS_BARRED },
    { "5f00::1", ADDRESS_BARRED },
    { "fe00::1", ADDRESS_BARRED },
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

/* What the owner may allow is his own; what nobody has stays closed. */
static void test_where_a_rule_file_may_send_us(void **unused)
{
    (void)unused;
    assert_true(address_is_allowed(ADDRESS_PUBLIC, false));
    assert_true(address_is_allowed(ADDRESS_NAME, false));
    assert_false(address_is_allowed(ADDRESS_LOOPBACK, false));
    assert_false(address_is_allowed(ADDRESS_PRIVATE, false));
    assert_true(address_is_allowed(ADDRESS_LOOPBACK, true));
    assert_true(address_is_allowed(ADDRESS_PRIVATE, true));
    assert_false(address_is_allowed(ADDRESS_BARRED, true));
    assert_false(address_is_allowed(ADDRESS_ODD, true));
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
        cmocka_unit_test(test_where_a_rule_file_may_send_us),
        cmocka_unit_test(test_bytes_as_a_look_up_gives_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
