/*
 * phone: what people put between the digits of a telephone number, and what invisible characters an address book adds. A phone is
 * stored without it, and is sought and found however it is typed. Pure.
 */
#ifndef TEXT_PHONE_H
#define TEXT_PHONE_H

#include <stdbool.h>
#include <string.h>

static inline bool phone_is_filler(char c)
{
    return c <= ' ' || c > '~' || strchr(".-()[]{}/", c) != NULL;
}

#endif
