#include <string.h>

#include "base/option.h"

/* optind stands behind the value where that is a word of its own, else behind the option itself. */
bool option_is_whole(char *const *argv, const struct option *found, const char **typed)
{
    bool has_value_behind = found->has_arg == required_argument && optarg == argv[optind - 1];

    *typed = argv[optind - (has_value_behind ? 2 : 1)];
    if (strncmp(*typed, "--", 2) != 0)
        return true;
    size_t len = strcspn(*typed + 2, "=");
    return len == strlen(found->name) && memcmp(*typed + 2, found->name, len) == 0;
}
