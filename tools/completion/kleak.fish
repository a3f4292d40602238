
# SPDX-License-Identifier: GPL-2.0-only
# What stands above is written by fish.c, from the table of options; what stands here knows no option.

# Is the command one of these?
function __kleak_verb
    set -l words (commandline -opc)
    set -l verb kleak
    if set -q words[2]; and contains -- $words[2] $__kleak_verbs
        set verb $words[2]
    end
    contains -- $verb $argv
end

# The words before the cursor from the first one on that is no option and no value of one: a command's.
function __kleak_behind
    set -l words (commandline -opc)
    set -l value no
    for i in (seq 3 (count $words))
        if test $value = yes
            set value no
        else if test "$words[$i]" = --
            test $i -lt (count $words); and string escape -- $words[(math $i + 1)..-1]
            return 0
        else if contains -- $words[$i] $__kleak_valued
            set value yes
        else if not string match -q -- '-*' $words[$i]
            string escape -- $words[$i..-1]
            return 0
        end
    end
    return 1
end

# Are options of these commands to be had here, or words that are no command's?
function __kleak_of
    __kleak_verb $argv; or return
    __kleak_verb run ledger; or return 0
    not __kleak_behind >/dev/null
end

function __kleak_first
    test (count (commandline -opc)) = 1
end

# A command, or its arguments, as if they stood alone.
function __kleak_command
    set -l line (string join ' ' -- (__kleak_behind) (commandline -ct))
    string match -q -- '-*' "$line"; or complete -C "$line"
end

# One more word of a list with commas between.
function __kleak_list
    set -l token (string replace -r '^--[^=]*=' '' -- (commandline -ct))
    set -l before (string replace -r '[^,]*$' '' -- $token)
    for word in $argv
        contains -- $word (string split , -- $token); or echo $before$word
    end
end

# The first two lines of /proc/slabinfo are headings.
function __kleak_caches
    test -r /proc/slabinfo; and tail -n +3 /proc/slabinfo | string replace -r ' .*' ''
end
