/**
 * Runs in the shell of a job before its command (as BASH_ENV) and, by its EXIT trap, after it. It claims the job by
 * writing its pid, so that a job runs at most once; restores the state; and publishes the new one by rename.
 *
 * `__hermes_mode`: `session` restores and publishes all · `background` and `sealed` restore only · `clean` has no state
 * but the folder. What arrives as `__hermes_secret_X` is X for this job, whatever the state says of X. Only builtins, called as such, since a command may have redefined anything; the order of the dump matters:
 * options of the parser before functions, aliases after them, `set` options last.
 */
export const jobPrelude = String.raw`
builtin unset BASH_ENV
builtin export -n __hermes_dir __hermes_job __hermes_mode __hermes_epoch __hermes_folder __hermes_mv
if [ -n "$__hermes_shell" ]; then SHELL=$__hermes_shell; fi
builtin unset __hermes_shell __hermes_command
__hermes_stat='- - - - - - - - - - - - - - - - - - - -'
{ IFS= builtin read -r __hermes_stat </proc/$$/stat; __hermes_stat=\${__hermes_stat##*) }; } 2>/dev/null
__hermes_stat=($__hermes_stat)
builtin set -o noclobber
{ builtin printf '%s %s %s\n' "$$" "\${__hermes_stat[19]}" "$__hermes_epoch" >"$__hermes_job.pid"; } 2>/dev/null || builtin exit 125
builtin set +o noclobber
if [ "$__hermes_mode" != clean ] && [ -e "$__hermes_dir/state" ]; then
  builtin . "$__hermes_dir/state" >/dev/null 2>&1
  RANDOM=$$$SECONDS
fi
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
__hermes_end() {
  builtin trap - EXIT
  builtin set -- "$__hermes_dir" "$__hermes_mv" "$__hermes_mode" "$__hermes_start" "$__hermes_from"
  builtin unset -f __hermes_end
  builtin unset "\${!__hermes_@}" "\${!HERMES_@}" BASH_EXECUTION_STRING RANDOM SECONDS
  if [ "$3" = session ]; then
    { builtin shopt -p && builtin declare -p && builtin declare -f && builtin export -f && builtin alias -p && builtin umask -p &&
      for __hermes_o in allexport braceexpand errtrace functrace hashall keyword noclobber noglob physical pipefail posix; do
        if [[ -o $__hermes_o ]]; then builtin printf 'set -o %s\n' "$__hermes_o"; else builtin printf 'set +o %s\n' "$__hermes_o"; fi || builtin return
      done; } >|"$1/state.$$" 2>/dev/null && "$2" -f "$1/state.$$" "$1/state" || builtin printf '' 2>/dev/null >|"$1/unkept"
  fi
  if [[ "$3" = session || "$3" = clean ]] && [[ "$PWD" != "$4" || -z "$5" ]]; then
    { builtin printf %s "$PWD" >|"$1/folder.$$"; } 2>/dev/null && "$2" -f "$1/folder.$$" "$1/folder"
  fi
}
builtin trap '{ builtin set +exuv; } 2>/dev/null; exec 2>/dev/null; __hermes_end' EXIT
`.replaceAll("\\${", "${");
