#!/bin/sh
# embed.sh NOUN HEADER PREFIX FILE…: writes the files into a C source on stdout, in their order, as the array NOUN_files
# of struct NOUN_file that HEADER declares. A file is called by its path behind PREFIX.
set -eu
noun=$1 header=$2 prefix=$3
shift 3
echo "/* Made by tools/embed.sh from $prefix; do not edit. */"
echo "#include \"$header\""
echo "const struct ${noun}_file ${noun}_files[] = {"
for file in "$@"; do
    printf '    { "%s",\n' "${file#"$prefix"}"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/      "/' -e 's/$/\\n"/' "$file"
    echo '    },'
done
echo '};'
echo "const unsigned ${noun}_file_count = $#;"
