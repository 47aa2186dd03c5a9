/*
 * parcel: see the header.
 */
#include <string.h>

#include "desk/parcel.h"

void parcel_pack(struct parcel *parcel, const struct outbox_row *row, const struct campaign *campaign)
{
    parcel->row = row;
    button_parse(row->buttons, &parcel->buttons);
    parcel->shown = button_shown(&parcel->buttons, campaign);
    button_compose(&parcel->buttons, parcel->shown, row->text, &parcel->text);
    if (strcmp(row->campaign, campaign->name) == 0 && strcmp(row->properties, "{}") != 0)
        parcel->properties = row->properties;
}

void parcel_release(struct parcel *parcel)
{
    buf_release(&parcel->text);
    button_release(&parcel->buttons);
    *parcel = (struct parcel){ 0 };
}

bool parcel_is_same(const struct parcel *a, const struct parcel *b)
{
    if (strcmp(buf_text(&a->text), buf_text(&b->text)) != 0 || a->shown != b->shown)
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
        .text = buf_text(&parcel->text),
        .properties = parcel->properties,
        .buttons = (const char *const *)parcel->buttons.texts,
        .button_count = parcel->shown,
    };
}
