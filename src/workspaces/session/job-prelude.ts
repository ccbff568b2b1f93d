/** For the names of such variables, as a shell matches them; few, since each is looked for after every command. */
const secretNames =
  "'*[sS][eE][cC][rR][eE][tT]*' '*[tT][oO][kK][eE][nN]*' '*[pP][aA][sS][sS][wWpP]*' '*[cC][rR][eE][dD][eE][nN][tT]*' '*[_iI][kK][eE][yY]*'";

/**
 * Runs in the shell of a job before its command (as BASH_ENV) and, by its EXIT trap, after it. It claims the job by
 * writing its pid, so that a job runs at most once; restores the state; and publishes the new one by rename.
 *
 * `__hermes_mode`: `session` restores and publishes all · `background` and `sealed` restore only · `clean` has no state
 * but the folder. What arrives as `__hermes_secret_X` is X for this job, whatever the state says of X. Only builtins,
 * called as such, since a command may have redefined anything; the order of the dump matters: options of the parser before
 * functions, aliases after them, `set` options last. What is as a fresh shell has it is not dumped, and a state like the
 * one before is not published: most commands change nothing, and each program costs 1 ms. What is called like a secret is
 * kept in `__hermes_memory`, a folder that is on no disk, and nowhere where there is none.
 */
export const jobPrelude = String.raw`
builtin unset BASH_ENV
builtin export -n __hermes_dir __hermes_job __hermes_mode __hermes_epoch __hermes_folder __hermes_mv __hermes_memory
if [ -n "$__hermes_shell" ]; then SHELL=$__hermes_shell; fi
builtin unset __hermes_shell __hermes_command
__hermes_stat='- - - - - - - - - - - - - - - - - - - -'
{ IFS= builtin read -r __hermes_stat </proc/$$/stat; __hermes_stat=\${__hermes_stat##*) }; } 2>/dev/null
__hermes_stat=($__hermes_stat)
builtin set -o noclobber
{ builtin printf '%s %s %s\n' "$$" "\${__hermes_stat[19]}" "$__hermes_epoch" >"$__hermes_job.pid"; } 2>/dev/null || builtin exit 125
builtin set +o noclobber
builtin shopt -s expand_aliases
__hermes_shopts=$BASHOPTS __hermes_options=$SHELLOPTS
if [ "$__hermes_mode" != clean ] && [ -e "$__hermes_dir/state" ]; then
  builtin . "$__hermes_dir/state" >/dev/null 2>&1
  RANDOM=$$$SECONDS
fi
if [ "$__hermes_mode" != clean ] && [ -s "$__hermes_memory/secrets" ]; then builtin . "$__hermes_memory/secrets" >/dev/null 2>&1; fi
for __hermes_o in "\${!__hermes_secret_@}"; do
  builtin export "\${__hermes_o#__hermes_secret_}=\${!__hermes_o}"
  builtin unset "$__hermes_o"
done
builtin shopt -s expand_aliases
__hermes_go() {
  builtin set -- "$1" "$OLDPWD"
  while ! builtin cd -- "\${1:-/}" 2>/dev/null; do builtin set -- "\${1%/*}" "$2"; done
  OLDPWD=$2
}
{ IFS= builtin read -r -d '' __hermes_from <"$__hermes_dir/folder"; } 2>/dev/null
__hermes_folder=\${__hermes_folder:-$__hermes_from}
__hermes_go "$__hermes_folder" >/dev/null
if [ "$PWD" != "$__hermes_folder" ] && ! [ . -ef "$__hermes_folder" ]; then builtin printf %s "$__hermes_folder" >"$__hermes_job.gone"; __hermes_from=; fi
__hermes_start=$PWD
builtin unset -f __hermes_go
__hermes_hush() { # moves variables with the name of a secret into memory, so that the dump has none
  builtin unset "\${!HERMES_@}"
  { for __hermes_o in ${secretNames}; do builtin compgen -v -X "!$__hermes_o"; done; } >|"$2.names"
  builtin mapfile -t __hermes_names <"$2.names"
  [ \${#__hermes_names[@]} -gt 0 ] || [ -s "$1/secrets" ] || builtin return 0
  if [ -n "$1" ]; then
    builtin printf '' >|"$1/secrets.$$"
    [ \${#__hermes_names[@]} -eq 0 ] || builtin declare -p "\${__hermes_names[@]}" >|"$1/secrets.$$"
    "$3" -f "$1/secrets.$$" "$1/secrets"
  fi
  builtin unset -v "\${__hermes_names[@]}" # not what is read-only: then this command leaves no state
} 2>/dev/null
__hermes_end() {
  builtin trap - EXIT
  builtin set -- "$__hermes_dir" "$__hermes_mv" "$__hermes_mode" "$__hermes_start" "$__hermes_from" "$__hermes_job.state" "$__hermes_shopts" "$__hermes_options"
  if [ "$3" = session ]; then __hermes_hush "$__hermes_memory" "$__hermes_job" "$2" || builtin set -- "$1" "$2" unkept "$4" "$5"; fi
  builtin unset -f __hermes_end __hermes_hush
  builtin unset "\${!__hermes_@}" "\${!HERMES_@}" BASH_EXECUTION_STRING \
    BASHPID BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_SUBSHELL DIRSTACK EPOCHREALTIME EPOCHSECONDS HISTCMD LINENO RANDOM SECONDS SRANDOM
  if [ "$3" = session ]; then
    { builtin printf ': %s\n' "$PPID" && builtin : && { [[ $BASHOPTS = "$7" ]] || builtin shopt -p; } && builtin declare -p && builtin printf 'shopt -s extglob\n' && builtin declare -f && { builtin shopt -p extglob || builtin :; } && builtin export -f && builtin alias -p && builtin umask -p && {
      [[ $SHELLOPTS = "$8" ]] || for __hermes_o in allexport braceexpand errtrace functrace hashall keyword noclobber noglob physical pipefail posix; do
        if [[ -o $__hermes_o ]]; then builtin printf 'set -o %s\n' "$__hermes_o"; else builtin printf 'set +o %s\n' "$__hermes_o"; fi || builtin return
      done; }; } 2>/dev/null >|"$6" || builtin set -- "$1" "$2" unkept "$4" "$5"
  fi
  if [ "$3" = session ]; then
    { IFS= builtin read -r -d '' __hermes_new <"$6"; { builtin read -r _ __hermes_parent; IFS= builtin read -r -d '' __hermes_old; } <"$1/state"; } 2>/dev/null
    [[ "\${__hermes_new/PPID=\"$PPID\"/}" = ": $PPID
\${__hermes_old/PPID=\"$__hermes_parent\"/}" ]] || "$2" -f "$6" "$1/state"
  fi
  if [[ "$3" = session || "$3" = clean ]] && [[ "$PWD" != "$4" || -z "$5" ]]; then
    { builtin printf %s "$PWD" >|"$1/folder.$$"; } 2>/dev/null && "$2" -f "$1/folder.$$" "$1/folder"
  fi
}
builtin trap '{ builtin set +exuv; } 2>/dev/null; exec 2>/dev/null; __hermes_end' EXIT
`.replaceAll("\\${", "${");
