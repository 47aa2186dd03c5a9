/* The mailbox: bounds before promises, order, places that come back, wake-ups, and many producers at once. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "daemon/mailbox.h"

static void count_wake(void *context)
{
    atomic_fetch_add((atomic_int *)context, 1);
}

static void put_named(struct mailbox *mailbox, const char *name, size_t bytes)
{
    struct mail *mail = mail_new(MAIL_COMMAND);
    mail->name = alloc_text(name);
    assert_true(mailbox_reserve(mailbox, bytes));
    mailbox_put(mailbox, mail, bytes);
}

/* Takes, frees, and tells how many there were. */
static size_t take_all(struct mailbox *mailbox, size_t max_count, size_t max_bytes)
{
    size_t count = 0;
    struct mail *mail = mailbox_take(mailbox, max_count, max_bytes);
    while (mail != NULL) {
        struct mail *next = mail->next;
        mail_free(mail);
        mail = next;
        count++;
    }
    return count;
}

static void test_order(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(10, 1000, NULL, NULL);
    put_named(mailbox, "a", 1);
    put_named(mailbox, "b", 1);
    put_named(mailbox, "c", 1);
    assert_int_equal(mailbox_count(mailbox), 3);

    struct mail *first = mailbox_take(mailbox, 2, 1000);
    assert_string_equal(first->name, "a");
    assert_string_equal(first->next->name, "b");
    assert_null(first->next->next);
    mail_free(first->next);
    mail_free(first);

    put_named(mailbox, "d", 1);
    struct mail *rest = mailbox_take(mailbox, 10, 1000);
    assert_string_equal(rest->name, "c");
    assert_string_equal(rest->next->name, "d");
    assert_null(mailbox_take(mailbox, 10, 1000));
    mail_free(rest->next);
    mail_free(rest);
    mailbox_free(mailbox);
}

static void test_bound_by_count(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(2, 1000, NULL, NULL);
    put_named(mailbox, "a", 1);
    assert_true(mailbox_reserve(mailbox, 1));
    assert_false(mailbox_reserve(mailbox, 1));
    assert_int_equal(take_all(mailbox, 10, 1000), 1);
    assert_true(mailbox_reserve(mailbox, 1));
    assert_false(mailbox_reserve(mailbox, 1));
    mailbox_free(mailbox);
}

static void test_bound_by_bytes(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(100, 1000, NULL, NULL);
    put_named(mailbox, "a", 600);
    assert_false(mailbox_reserve(mailbox, 401));
    assert_true(mailbox_reserve(mailbox, 400));
    assert_false(mailbox_reserve(mailbox, 1));
    assert_int_equal(take_all(mailbox, 10, 10000), 1);
    assert_true(mailbox_reserve(mailbox, 600));
    mailbox_free(mailbox);
}

/* Larger than the whole budget: would never fit, so it goes alone. */
static void test_one_giant(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(100, 1000, NULL, NULL);
    put_named(mailbox, "giant", 5000);
    assert_false(mailbox_reserve(mailbox, 1));
    assert_int_equal(take_all(mailbox, 10, 1), 1);
    assert_true(mailbox_reserve(mailbox, 1));
    assert_false(mailbox_reserve(mailbox, 5000));
    mailbox_free(mailbox);
}

static void test_take_is_bounded_by_bytes(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(100, 1000, NULL, NULL);
    for (int i = 0; i < 5; i++)
        put_named(mailbox, "x", 100);
    assert_int_equal(take_all(mailbox, 100, 150), 2);
    assert_int_equal(take_all(mailbox, 100, 1), 1);
    assert_int_equal(take_all(mailbox, 100, 1000), 2);
    mailbox_free(mailbox);
}

static void test_wakes_once_per_wave(void **state)
{
    (void)state;
    atomic_int wakes = 0;
    struct mailbox *mailbox = mailbox_new(10, 1000, count_wake, &wakes);
    put_named(mailbox, "a", 1);
    put_named(mailbox, "b", 1);
    assert_int_equal(wakes, 1);
    take_all(mailbox, 1, 1000);
    put_named(mailbox, "c", 1);
    assert_int_equal(wakes, 1);
    take_all(mailbox, 10, 1000);
    put_named(mailbox, "d", 1);
    assert_int_equal(wakes, 2);
    mailbox_free(mailbox);
}

/* A place given before the close stays good. */
static void test_close(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(10, 1000, NULL, NULL);
    assert_true(mailbox_reserve(mailbox, 1));
    mailbox_close(mailbox);
    assert_false(mailbox_reserve(mailbox, 1));
    mailbox_put(mailbox, mail_new(MAIL_COMMAND), 1);
    assert_int_equal(take_all(mailbox, 10, 1000), 1);
    mailbox_free(mailbox);
}

/* What still waits at the end is freed with the box; the sanitizer would tell. */
static void test_free_with_mail(void **state)
{
    (void)state;
    struct mailbox *mailbox = mailbox_new(10, 1000, NULL, NULL);
    assert_true(mailbox_reserve(mailbox, 1));
    struct mail *mail = mail_new(MAIL_WEBHOOK);
    mail->channel = alloc_text("whatsapp");
    mail->claimed_user = alloc_text("u");
    mail->content_type = alloc_text("application/json");
    mail->body = alloc_text("{}");
    mailbox_put(mailbox, mail, 1);
    mailbox_free(mailbox);
    mailbox_free(NULL);
    mail_free(NULL);
}

enum { PRODUCERS = 4, MAILS_EACH = 2000 };

struct wave {
    struct mailbox *mailbox;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_woken;
};

struct producer {
    pthread_t thread;
    struct wave *wave;
    int number;
};

static void wake_wave(void *context)
{
    struct wave *wave = context;
    pthread_mutex_lock(&wave->lock);
    wave->is_woken = true;
    pthread_cond_signal(&wave->changed);
    pthread_mutex_unlock(&wave->lock);
}

static void wait_for_wake(struct wave *wave)
{
    pthread_mutex_lock(&wave->lock);
    while (!wave->is_woken)
        pthread_cond_wait(&wave->changed, &wave->lock);
    wave->is_woken = false;
    pthread_mutex_unlock(&wave->lock);
}

static void *produce(void *context)
{
    struct producer *producer = context;
    for (int i = 0; i < MAILS_EACH; i++) {
        struct mail *mail = mail_new(MAIL_COMMAND);
        mail->body_len = (size_t)i;
        mail->content_type = alloc_bytes((char[]){ (char)('0' + producer->number) }, 1);
        while (!mailbox_reserve(producer->wave->mailbox, 10))
            sched_yield();
        mailbox_put(producer->wave->mailbox, mail, 10);
    }
    return NULL;
}

/*
 * Four producers through a box of 16 places, one consumer that sleeps until woken: none is lost, each
 * producer's mails come in its order, and the consumer is never left asleep with mail waiting (the test
 * would hang).
 */
static void test_many_producers(void **state)
{
    (void)state;
    struct wave wave = { .is_woken = false };
    struct producer producers[PRODUCERS];
    size_t next[PRODUCERS] = { 0 }, total = 0;
    pthread_mutex_init(&wave.lock, NULL);
    pthread_cond_init(&wave.changed, NULL);
    wave.mailbox = mailbox_new(16, 1000, wake_wave, &wave);
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){ .wave = &wave, .number = i };
        pthread_create(&producers[i].thread, NULL, produce, &producers[i]);
    }

    while (total < (size_t)PRODUCERS * MAILS_EACH) {
        struct mail *mail = mailbox_take(wave.mailbox, 5, 1000);
        if (mail == NULL)
            wait_for_wake(&wave);
        while (mail != NULL) {
            struct mail *following = mail->next;
            int from = mail->content_type[0] - '0';
            assert_int_equal(mail->body_len, next[from]++);
            mail_free(mail);
            mail = following;
            total++;
        }
    }

    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i].thread, NULL);
    assert_int_equal(mailbox_count(wave.mailbox), 0);
    mailbox_free(wave.mailbox);
    pthread_cond_destroy(&wave.changed);
    pthread_mutex_destroy(&wave.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_bound_by_count),
        cmocka_unit_test(test_bound_by_bytes),
        cmocka_unit_test(test_one_giant),
        cmocka_unit_test(test_take_is_bounded_by_bytes),
        cmocka_unit_test(test_wakes_once_per_wave),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_free_with_mail),
        cmocka_unit_test(test_many_producers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
