/*
 * parcel: see the header.
 */
#include <string.h>

#include "desk/parcel.h"
#include "rules/list_phrase.h"

static void pack_list(struct parcel *parcel, const struct ruleset *rules)
{
    parcel->is_list = true;
    list_phrase_render(rules, LIST_BUTTON, parcel->row->language, &parcel->list_button);
    list_phrase_render(rules, LIST_TITLE, parcel->row->language, &parcel->list_title);
    parcel->list = (struct send_list){ buf_text(&parcel->list_button), buf_text(&parcel->list_title) };
}

void parcel_pack(struct parcel *parcel, const struct ruleset *rules, const struct outbox_row *row,
                 const struct campaign *campaign)
{
    parcel->row = row;
    button_parse(row->buttons, &parcel->buttons);
    parcel->shown = button_shown(&parcel->buttons, campaign);
    button_compose(&parcel->buttons, parcel->shown, row->text, &parcel->text);
    if (button_is_list(&parcel->buttons, campaign))
        pack_list(parcel, rules);
    if (strcmp(row->campaign, campaign->name) == 0 && strcmp(row->properties, "{}") != 0)
        parcel->properties = row->properties;
}

void parcel_release(struct parcel *parcel)
{
    buf_release(&parcel->text);
    buf_release(&parcel->list_button);
    buf_release(&parcel->list_title);
    buf_release(&parcel->attributes);
    button_release(&parcel->buttons);
    *parcel = (struct parcel){ 0 };
}

static bool is_equal(const struct buf *a, const struct buf *b)
{
    return strcmp(buf_text(a), buf_text(b)) == 0;
}

bool parcel_is_same(const struct parcel *a, const struct parcel *b)
{
    if (a->shown != b->shown || a->is_list != b->is_list || !is_equal(&a->text, &b->text) ||
        !is_equal(&a->list_button, &b->list_button) || !is_equal(&a->list_title, &b->list_title))
        return false;
    for (size_t i = 0; i < a->shown; i++)
        if (strcmp(a->buttons.texts[i], b->buttons.texts[i]) != 0)
            return false;
    return true;
}

struct send_recipient parcel_recipient(const struct parcel *parcel)
{
    return (struct send_recipient){
        .address = strcmp(parcel->row->address_kind, "external") == 0 ? ADDRESS_EXTERNAL : ADDRESS_PHONE_ALIAS,
        .id = parcel->row->address,
        .text = parcel->row->is_notice && parcel->text.len == 0 ? NULL : buf_text(&parcel->text),
        .properties = parcel->properties,
        .attributes = parcel->attributes.len > 0 ? buf_text(&parcel->attributes) : NULL,
        .buttons = (const char *const *)parcel->buttons.texts,
        .button_count = parcel->shown,
        .list = parcel->is_list ? &parcel->list : NULL,
    };
}
