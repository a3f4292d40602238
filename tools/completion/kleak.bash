# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The functions _kleak_verbs, _kleak_options, _kleak_value and _kleak_words are written by tables.c,
# from the table of options; what stands here knows no option.

# Words that go on as the one that is typed does.
_kleak_reply()
{
	mapfile -t COMPREPLY < <(compgen -P "$3" -W "$1" -- "$2")
}

_kleak_files()
{
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "$2" -- "$1")
}

# One more word of a list with commas between.
_kleak_list()
{
	local word=${2##*,} words='' one
	for one in $1; do
		[[ ",${2%"$word"}" == *",$one,"* ]] || words+=" $one"
	done
	compopt -o nospace 2>/dev/null
	_kleak_reply "$words" "$word" "$3${2%"$word"}"
}

# A value: what it is, its choices if it has some.
_kleak_complete_value()
{
	local kind=$1 typed=$2 before=$3 name rest
	case ${kind%% *} in
	choice) _kleak_reply "${kind#* }" "$typed" "$before" ;;
	choices) _kleak_list "${kind#* }" "$typed" "$before" ;;
	caches)
		# compgen expands its words: names that could do harm are left out
		kind=
		while read -r name rest; do
			[[ $name =~ ^[A-Za-z0-9_.-]+$ && $rest == [0-9]* ]] && kind+=" $name"
		done 2>/dev/null </proc/slabinfo
		_kleak_list "$kind" "$typed" "$before"
		;;
	process) _kleak_reply "$(cd /proc && echo [0-9]*)" "$typed" "$before" ;;
	file) _kleak_files "$typed" -f ;;
	folder) _kleak_files "$typed" -d ;;
	esac
}

# A command of which the first word is the given one, and its arguments.
_kleak_command()
{
	if declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif ((COMP_CWORD == $1)); then
		_kleak_files "${COMP_WORDS[COMP_CWORD]}" -c
	else
		_kleak_files "${COMP_WORDS[COMP_CWORD]}" -f
	fi
}

_kleak()
{
	local typed=${COMP_WORDS[COMP_CWORD]} verb=kleak first=1 option='' last='' before='' behind='' i word kind
	COMPREPLY=()
	if ((COMP_CWORD > 1)) && [[ " $(_kleak_verbs) " == *" ${COMP_WORDS[1]} "* ]]; then
		verb=${COMP_WORDS[1]}
		first=2
	fi
	kind=$(_kleak_words "$verb")
	for ((i = first; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == = ]]; then # bash makes three words of --option=value
			option=$last
		elif [[ $option ]]; then
			option=''
		elif [[ $word == -- ]]; then
			behind=$((i + 1))
			break
		elif [[ $word == -* ]]; then
			last=$word
			case $(_kleak_value "$word") in
			'' | optional) ;;
			*) option=$word ;;
			esac
		elif [[ $kind == command ]]; then
			behind=$i
			break
		fi
	done
	if [[ $behind && $kind == command ]]; then
		_kleak_command "$behind"
		return
	fi
	if [[ $typed == = && $last ]]; then
		option=$last
		typed=''
	elif [[ $typed == --*=* ]]; then # unless somebody has told it not to
		option=${typed%%=*}
		before=$option=
		typed=${typed#*=}
	fi
	if [[ $option ]]; then
		_kleak_complete_value "$(_kleak_value "$option")" "$typed" "$before"
	elif [[ $typed == -* && ! $behind ]]; then
		_kleak_reply "$(_kleak_options "$verb")" "$typed" ''
	elif ((COMP_CWORD == 1)); then
		_kleak_reply "$(_kleak_verbs)" "$typed" ''
	elif [[ $kind == command ]]; then
		_kleak_command "$COMP_CWORD"
	elif [[ $kind == none ]]; then
		_kleak_reply "$(_kleak_options "$verb")" "$typed" ''
	else
		_kleak_complete_value "$kind" "$typed" ''
	fi
}

complete -F _kleak kleak
