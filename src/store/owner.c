#include <pwd.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/owner.h"

int owner_tell(const char *path, const char *done, struct error *error)
{
    char names[1024];
    struct passwd row, *owner = NULL;
    struct stat info;

    if (stat(path, &info) == 0 && info.st_uid == geteuid())
        return error_set(error, "%s: it is yours, but its mode does not let it be %s: chmod 600 %s", path, done, path);
    if (stat(path, &info) == 0 && getpwuid_r(info.st_uid, &row, names, sizeof names, &owner) == 0 && owner != NULL)
        return error_set(error,
                         "%s: it belongs to %s, and may not be %s by others: runuser -u %s -- frontdesk … "
                         "(README, On a server)", path, owner->pw_name, done, owner->pw_name);
    return error_set(error, "%s: it may not be %s by this user: do it as the user of the daemon (README, On a server)",
                     path, done);
}
