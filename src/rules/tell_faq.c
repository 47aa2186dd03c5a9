/*
 * tell_faq: the questions of the table faq and their answers, an item for each.
 */
#include "rules/tell_write.h"

static void add_answer(const struct teller *teller, struct tell_item *item, const struct faq *faq)
{
    struct buf answer = { 0 };
    tell_quote_template(teller, faq->answer, &answer);
    tell_add_sentence(teller, item, TELL_FAQ_ANSWER, (const char *[]){ buf_text(&answer) });
    buf_release(&answer);
}

static void add_keywords(const struct teller *teller, struct tell_item *item, const struct faq *faq)
{
    struct buf keywords = { 0 };
    tell_quote(teller, &keywords, faq->keywords);
    tell_add_sentence(teller, item, TELL_FAQ_KEYWORDS, (const char *[]){ buf_text(&keywords) });
    buf_release(&keywords);
}

static void add_faq(struct teller *teller, const struct faq *faq)
{
    struct tell_item *item = tell_add_item(teller, faq->question, NULL);
    const char *language = tell_find(teller->voice->languages, faq->language);
    item->is_part = false;
    item->file = faq->file;
    item->line = faq->line;
    add_answer(teller, item, faq);
    if (faq->keywords != NULL)
        add_keywords(teller, item, faq);
    if (faq->language[0] != '\0')
        tell_add_sentence(teller, item, TELL_FAQ_LANGUAGE, (const char *[]){ language != NULL ? language : faq->language });
}

void tell_faqs(struct teller *teller)
{
    const struct ruleset *ruleset = teller->ruleset;
    struct buf count = { 0 };
    if (ruleset->faq_count == 0)
        return;
    buf_addf(&count, "%zu", ruleset->faq_count);
    tell_add_sentence(teller, tell_add_item(teller, teller->voice->parts[PART_FAQ], NULL),
                      ruleset->faq_count == 1 ? TELL_FAQ_ONE : TELL_FAQ_MANY, (const char *[]){ buf_text(&count) });
    for (size_t i = 0; i < ruleset->faq_count; i++)
        add_faq(teller, &ruleset->faqs[i]);
    buf_release(&count);
}
