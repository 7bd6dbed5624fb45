# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# Completion of `filelock` for bash. The options of a command are those of its --help.

_filelock_values() # OPTION: prints the values that it takes.
{
    case $1 in
    --kind | --require) echo file_lock read_write_lock soft_file_lock strict_soft_file_lock soft_file_lease soft_read_write_lock ;;
    --storage) echo detect local network ;;
    --backend) echo flock record both ;;
    *) return 1 ;;
    esac
}

# The options of the command that take a value.
_filelock_takes_value() # COMMAND OPTION
{
    filelock "$1" --help 2>/dev/null | grep -E -e "(^| |\[ )$2( \])? [A-Z]" >/dev/null
}

# Sets `first` to the index of the first operand of `run`, or to nothing.
_filelock_first_operand()
{
    local i
    first=
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -*) ! _filelock_takes_value run "${COMP_WORDS[i]}" || i=$((i + 1)) ;;
        *) first=$i && return ;;
        esac
    done
}

_filelock()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} first values
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W 'run status break wait verify --help --version' -- "$word"))
        return
    fi
    if [ "$command" = run ]; then
        _filelock_first_operand
        if [ -n "$first" ] && [ "$COMP_CWORD" -gt "$first" ]; then
            if declare -F _command_offset >/dev/null; then
                _command_offset $((first + 1))
            else
                COMPREPLY=($(compgen -c -f -- "$word"))
            fi
            return
        fi
    fi
    if values=$(_filelock_values "$before"); then
        COMPREPLY=($(compgen -W "$values" -- "$word"))
    elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$(filelock "$command" --help 2>/dev/null | grep -oE -e '--[a-z][a-z-]*')" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -F _filelock filelock
