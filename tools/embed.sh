#!/bin/sh
# Writes the schema files given as arguments into a C source on stdout, in their order.
set -eu
echo '/* Made by tools/embed.sh from schema/; do not edit. */'
echo '#include "store/schema_embedded.h"'
echo 'const struct schema_file schema_files[] = {'
for file in "$@"; do
    printf '    { "%s",\n' "$(basename "$file")"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/      "/' -e 's/$/\\n"/' "$file"
    echo '    },'
done
echo '};'
echo "const unsigned schema_file_count = $#;"
