/*
 * details: what /campaigns/details and /canvas/details say of a campaign, as far as it decides whether it can carry our
 * answers. Pure.
 */
#ifndef BRAZE_DETAILS_H
#define BRAZE_DETAILS_H

#include <stdbool.h>
#include <stddef.h>

struct details {
    bool is_archived, is_draft, is_off; /* is_off: "enabled" was told, and is false */
    char name[100], schedule[40];       /* schedule: "api_triggered" …; "" when it is not told */
    char channels[100];                 /* joined by ", "; "" when none is told */
    char body[300];                     /* the text of the first message that has one, cut; "" when none is told */
};

/* 0; or -1: this is no answer that could be read. */
int details_read(const char *body, size_t len, struct details *details);

#endif
