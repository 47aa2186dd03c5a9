/*
 * command_completion: scripts that let shells complete our command lines. They know nothing themselves: each asks
 * "frontdesk complete -- WORD..." (ctl/complete.h), so that they stay right when commands change.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"

/*
 * bash breaks words at = and hands the pieces over; they are put together again. A candidate is quoted for the shell, since
 * names of customers and rules may hold anything.
 */
static const char BASH[] =
    "# bash: frontdesk completion bash > ~/.local/share/bash-completion/completions/frontdesk\n"
    "_frontdesk() {\n"
    "    local IFS=$'\\n' line word typed=() current=${COMP_WORDS[COMP_CWORD]} i\n"
    "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if ((i > 1)) && [[ $word == = || ${COMP_WORDS[i - 1]} == = ]]; then\n"
    "            typed[${#typed[@]} - 1]+=$word\n"
    "        else\n"
    "            typed+=(\"$word\")\n"
    "        fi\n"
    "    done\n"
    "    [[ $current == = ]] && current=\n"
    "    COMPREPLY=()\n"
    "    for line in $(\"${COMP_WORDS[0]}\" complete -- \"${typed[@]}\" 2>/dev/null); do\n"
    "        case $line in\n"
    "        :files) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
    "        :folders) compopt -o filenames; COMPREPLY=($(compgen -d -- \"$current\")); return ;;\n"
    "        esac\n"
    "        line=${line%%$'\\t'*}\n"
    "        [[ ${typed[${#typed[@]} - 1]} == --*=* ]] && line=${line#--*=}\n"
    "        COMPREPLY+=(\"$(printf %q \"$line\")\")\n"
    "    done\n"
    "}\n"
    "complete -F _frontdesk frontdesk\n";

static const char ZSH[] =
    "#compdef frontdesk\n"
    "# zsh: frontdesk completion zsh > a folder of $fpath, as _frontdesk\n"
    "_frontdesk() {\n"
    "    local -a lines offered\n"
    "    local line\n"
    "    lines=(\"${(@f)$(\"$words[1]\" complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "    case $lines[1] in\n"
    "    :files) _files; return ;;\n"
    "    :folders) _files -/; return ;;\n"
    "    esac\n"
    "    for line in $lines; do\n"
    "        offered+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
    "    done\n"
    "    _describe frontdesk offered\n"
    "}\n"
    "if [[ $funcstack[1] == _frontdesk ]]; then _frontdesk \"$@\"; else compdef _frontdesk frontdesk; fi\n";

static const char FISH[] =
    "# fish: frontdesk completion fish > ~/.config/fish/completions/frontdesk.fish\n"
    "function __frontdesk_complete\n"
    "    set -l typed (commandline -opc) (commandline -ct)\n"
    "    set -l program $typed[1]\n"
    "    set -e typed[1]\n"
    "    set -l lines ($program complete -- $typed 2>/dev/null)\n"
    "    switch \"$lines[1]\"\n"
    "        case :files\n"
    "            __fish_complete_path (commandline -ct)\n"
    "        case :folders\n"
    "            __fish_complete_directories (commandline -ct)\n"
    "        case '*'\n"
    "            printf '%s\\n' $lines\n"
    "    end\n"
    "end\n"
    "complete -c frontdesk -f -a '(__frontdesk_complete)'\n";

int command_completion(struct call *call)
{
    const char *shell = call->parsed->holes[0];

    if (strcmp(shell, "bash") == 0)
        output_document(call->output, "script", BASH);
    else if (strcmp(shell, "zsh") == 0)
        output_document(call->output, "script", ZSH);
    else if (strcmp(shell, "fish") == 0)
        output_document(call->output, "script", FISH);
    else
        return call_fail(call, EXIT_USAGE, "there are scripts for bash, zsh and fish, not for \"%s\"", shell);
    return EXIT_DONE;
}
