/*
 * mailbox: the one way from other threads to the engine.
 *
 * A list under one lock, with two counters: places (reserved or taken by waiting mail) and bytes. A
 * reservation is the only thing that can be refused, so a producer knows the answer before it parks a call
 * or promises anything; the put that follows always succeeds, also after mailbox_close, since its place was
 * given. Places come back when the engine takes the mail.
 *
 * One mail larger than the whole byte budget would never fit: it is let in when the box is empty, for the
 * sizes have been capped where the bytes were read.
 *
 * `wake` is called outside the lock and only when the box was empty before the put: the engine takes until
 * nothing is left before it sleeps, so one wake-up per wave is enough.
 *
 * Lock order: this lock is innermost; nothing is called while it is held.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "braze/inbound.h"
#include "daemon/mailbox.h"
#include "rules/ruleset.h"
#include "store/rulefile.h"

struct mailbox {
    pthread_mutex_t lock;
    struct mail *first, **last_next;
    size_t waiting;       /* mails in the list */
    size_t places, bytes; /* given out: reserved or waiting */
    size_t max_count, max_bytes;
    bool is_closed;
    void (*wake)(void *context);
    void *wake_context;
};

struct mail *mail_new(enum mail_kind kind)
{
    struct mail *mail = alloc_new(sizeof *mail);
    mail->kind = kind;
    return mail;
}

void mail_free(struct mail *mail)
{
    if (mail == NULL)
        return;
    free(mail->channel);
    free(mail->claimed_user);
    free(mail->content_type);
    free(mail->name);
    free(mail->body);
    free(mail->folder);
    inbound_result_free(mail->read);
    if (mail->ruleset != NULL)
        ruleset_free(mail->ruleset);
    if (mail->files != NULL) {
        rulefiles_release(mail->files);
        free(mail->files);
    }
    free(mail);
}

struct mailbox *mailbox_new(size_t max_count, size_t max_bytes, void (*wake)(void *), void *wake_context)
{
    struct mailbox *mailbox = alloc_new(sizeof *mailbox);
    pthread_mutex_init(&mailbox->lock, NULL);
    mailbox->last_next = &mailbox->first;
    mailbox->max_count = max_count;
    mailbox->max_bytes = max_bytes;
    mailbox->wake = wake;
    mailbox->wake_context = wake_context;
    return mailbox;
}

void mailbox_free(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    while (mailbox->first != NULL) {
        struct mail *mail = mailbox->first;
        mailbox->first = mail->next;
        mail_free(mail);
    }
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

static bool has_room(const struct mailbox *mailbox, size_t bytes)
{
    if (mailbox->is_closed || mailbox->places >= mailbox->max_count)
        return false;
    if (mailbox->places == 0)
        return true;
    return bytes <= mailbox->max_bytes && mailbox->bytes <= mailbox->max_bytes - bytes;
}

bool mailbox_reserve(struct mailbox *mailbox, size_t bytes)
{
    pthread_mutex_lock(&mailbox->lock);
    bool fits = has_room(mailbox, bytes);
    if (fits) {
        mailbox->places++;
        mailbox->bytes += bytes;
    }
    pthread_mutex_unlock(&mailbox->lock);
    return fits;
}

/* Called with the lock held. */
static void give_back(struct mailbox *mailbox, size_t bytes)
{
    if (mailbox->places == 0 || mailbox->bytes < bytes)
        abort(); /* a place was given back that nobody had */
    mailbox->places--;
    mailbox->bytes -= bytes;
}

void mailbox_put(struct mailbox *mailbox, struct mail *mail, size_t reserved_bytes)
{
    mail->next = NULL;
    mail->reserved = reserved_bytes;

    pthread_mutex_lock(&mailbox->lock);
    bool was_empty = mailbox->first == NULL;
    *mailbox->last_next = mail;
    mailbox->last_next = &mail->next;
    mailbox->waiting++;
    pthread_mutex_unlock(&mailbox->lock);

    if (was_empty && mailbox->wake != NULL)
        mailbox->wake(mailbox->wake_context);
}

/* Called with the lock held: unlinks the first mail and frees its place. */
static struct mail *take_first(struct mailbox *mailbox)
{
    struct mail *mail = mailbox->first;
    mailbox->first = mail->next;
    if (mailbox->first == NULL)
        mailbox->last_next = &mailbox->first;
    mail->next = NULL;
    mailbox->waiting--;
    give_back(mailbox, mail->reserved);
    return mail;
}

struct mail *mailbox_take(struct mailbox *mailbox, size_t max_count, size_t max_bytes)
{
    struct mail *taken = NULL, **next = &taken;
    size_t bytes = 0;

    pthread_mutex_lock(&mailbox->lock);
    for (size_t count = 0; count < max_count && bytes < max_bytes && mailbox->first != NULL; count++) {
        *next = take_first(mailbox);
        bytes += (*next)->reserved;
        next = &(*next)->next;
    }
    pthread_mutex_unlock(&mailbox->lock);
    return taken;
}

void mailbox_close(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->is_closed = true;
    pthread_mutex_unlock(&mailbox->lock);
}

size_t mailbox_count(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    size_t count = mailbox->waiting;
    pthread_mutex_unlock(&mailbox->lock);
    return count;
}
