/*
 * flow: see the header. A ruleset has a few dozen flows of a few dozen steps, so a look-up walks along.
 */
#include <string.h>

#include "flow/flow.h"

const struct flow *flow_find(const struct flow *flows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(flows[i].name, name) == 0)
            return &flows[i];
    return NULL;
}

const struct step *flow_step(const struct flow *flow, const char *name)
{
    for (size_t i = 0; i < flow->step_count; i++)
        if (strcmp(flow->steps[i].name, name) == 0)
            return &flow->steps[i];
    return NULL;
}

bool flow_quotes(const struct template *template, const char *name)
{
    for (size_t i = 0; template != NULL && i < template_name_count(template); i++)
        if (strcmp(template_name(template, i), name) == 0)
            return true;
    return false;
}
