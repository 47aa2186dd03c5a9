/* unit: what systemd's files say of the daemon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/unit.h"

static char root[64];

/* By a shell that has it as $ROOT. */
static void run(const char *script)
{
    assert_int_equal(setenv("ROOT", root, 1), 0);
    assert_int_equal(system(script), 0);
}

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/frontdesk-unit-XXXXXX");
    assert_non_null(mkdtemp(root));
    run("mkdir -p $ROOT/etc/systemd/system/frontdeskd.service.d $ROOT/usr/local/lib/systemd/system");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    run("rm -r $ROOT");
    return 0;
}

/* The one that the program brings, where `make install` puts it. */
static void install(void)
{
    run("cp tools/packaging/frontdeskd.service $ROOT/usr/local/lib/systemd/system/");
}

static const char *source_of(const char *name)
{
    static struct buf source;

    buf_clear(&source);
    return unit_hands_over(root, name, &source) ? buf_text(&source) : NULL;
}

static void without_a_unit_nothing_is_known(void **state)
{
    (void)state;
    assert_false(unit_is_installed(root));
    assert_null(source_of("BRAZE_API_KEY"));
}

static void the_unit_that_is_brought_along_hands_over_the_two_secrets_and_no_setting(void **state)
{
    (void)state;
    install();
    assert_true(unit_is_installed(root));
    assert_string_equal(source_of("BRAZE_API_KEY"), "/etc/frontdesk/braze-api-key");
    assert_string_equal(source_of("FRONTDESK_WEBHOOK_TOKENS"), "/etc/frontdesk/webhook-tokens");
    assert_null(source_of("BRAZE_REST_URL"));
    assert_null(source_of("BRAZE_API"));
}

static void a_process_is_the_units_where_its_group_says_so(void **state)
{
    (void)state;
    run("mkdir -p $ROOT/proc/7 $ROOT/proc/8; echo 0::/system.slice/frontdeskd.service > $ROOT/proc/7/cgroup; "
        "echo 0::/user.slice/session-3.scope > $ROOT/proc/8/cgroup");
    assert_true(unit_runs(root, 7));
    assert_false(unit_runs(root, 8));
    assert_false(unit_runs(root, 9));
}

static void what_systemctl_edit_writes_counts_as_well(void **state)
{
    (void)state;
    install();
    run("printf '[Service]\\n LoadCredential=BRAZE_API_KEY:/run/key\\nSetCredential=DESK_SECRET:whsec_x\\n' "
        "> $ROOT/etc/systemd/system/frontdeskd.service.d/override.conf");
    run("echo LoadCredential=OTHER:/x > $ROOT/etc/systemd/system/frontdeskd.service.d/override.conf~");
    assert_string_equal(source_of("BRAZE_API_KEY"), "/run/key");
    assert_string_equal(source_of("DESK_SECRET"), "");
    assert_null(source_of("OTHER"));
}

static void a_unit_of_the_owners_own_outranks_it(void **state)
{
    (void)state;
    install();
    run("echo 'EnvironmentFile=/etc/frontdesk/all.env' > $ROOT/etc/systemd/system/frontdeskd.service");
    assert_true(unit_is_installed(root));
    assert_null(source_of("BRAZE_API_KEY"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(without_a_unit_nothing_is_known),
        TEST(the_unit_that_is_brought_along_hands_over_the_two_secrets_and_no_setting),
        TEST(a_process_is_the_units_where_its_group_says_so),
        TEST(what_systemctl_edit_writes_counts_as_well),
        TEST(a_unit_of_the_owners_own_outranks_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
