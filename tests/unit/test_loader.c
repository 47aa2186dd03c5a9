/* The loader: a load that cannot begin, for want of a thread, stands in the way of none. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/zone.h"
#include "daemon/loader.h"
#include "daemon/mailbox.h"

static bool has_no_thread;

/* Before the system's. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

    *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    return has_no_thread ? EAGAIN : create(thread, attributes, run, context);
}

static void write_rules(const char *folder)
{
    char path[80];
    FILE *file;

    snprintf(path, sizeof path, "%s/a.sql", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'Nine to five.');\n", file);
    fclose(file);
}

static void the_folder_is_loaded_once_there_are_threads_again(void **state)
{
    char folder[] = "/tmp/frontdesk-loader-XXXXXX", file[80];
    struct mailbox *mailbox = mailbox_new(10, 1000, NULL, NULL);
    struct zones *zones = zones_open_one("UTC");
    struct loader *loader;
    struct mail *mail;

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_rules(folder);
    loader = loader_new(mailbox, zones, "/nowhere", folder);
    has_no_thread = true;
    loader_start(loader, NULL, "SIGHUP", NULL);
    has_no_thread = false;
    loader_start(loader, NULL, "SIGHUP", NULL);
    loader_free(loader);
    mail = mailbox_take(mailbox, 10, 1000);
    assert_non_null(mail);
    assert_non_null(mail->ruleset);
    mail_free(mail);
    mailbox_free(mailbox);
    zones_close(zones);
    snprintf(file, sizeof file, "%s/a.sql", folder);
    unlink(file);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_folder_is_loaded_once_there_are_threads_again),
    };

    log_open(LEVEL_ERROR, -1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
