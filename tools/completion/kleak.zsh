# SPDX-License-Identifier: GPL-2.0-only
# The functions _kleak_verbs and _kleak_of_... are written by zsh.c, from the table of options; what stands
# here knows no option.

# Words with commas between.
_kleak_list()
{
	_sequence compadd - "$@"
}

_kleak_caches()
{
	local -a caches
	# the first two lines of /proc/slabinfo are headings
	[[ -r /proc/slabinfo ]] && caches=(${${(f)"$(</proc/slabinfo)"}[3,-1]%% *})
	_sequence compadd - $caches
}

_kleak()
{
	local curcontext=$curcontext ret=1
	if ((CURRENT > 2)) && (($+functions[_kleak_of_$words[2]])); then
		shift words
		((CURRENT--))
		curcontext=${curcontext%:*}-$words[1]:
		_kleak_of_$words[1]
		return
	fi
	((CURRENT == 2)) && [[ $PREFIX != -* ]] && _kleak_verbs && ret=0
	_kleak_of_kleak && ret=0
	return ret
}

_kleak "$@"
