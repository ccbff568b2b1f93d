import { jobPrelude } from "./job-prelude.ts";
import { memoryName } from "./memory-name.ts";
import { shellQuote } from "./shell-quote.ts";

/** `${` cannot be written in a raw template of this language; the scripts say `@{`. */
const functions = String.raw`
PS1= PS2=
__h_umask=$(umask)
umask 077
set -m # each monitor is a group of its own: what ends this shell's group leaves the jobs their witness
__h_mv=$(type -P mv); __h_script=$(type -P script); __h_bash=$BASH
__h_epoch=- __h_p=
{ read -r __h_b </proc/sys/kernel/random/boot_id; read -r __h_p </proc/1/stat; } 2>/dev/null
if [ -n "$__h_p" ]; then __h_p=@{__h_p##*) }; set -- $__h_p; __h_epoch=$__h_b-@{20}; else __h_epoch=$(uname -n); fi
set --
__h_zero=$(($(date +%s) - SECONDS))
__h_encode() { REPLY=@{1//\%/%25}; REPLY=@{REPLY//$'\n'/%0A}; REPLY=@{REPLY// /%20}; REPLY=@{REPLY//$'\001'/%01}; REPLY=@{REPLY:--}; }
__h_file() { REPLY=; { IFS= read -r -d '' REPLY <"$1"; } 2>/dev/null; }
__h_stat() { __h_state=X __h_pgrp= __h_born=; local REPLY; { IFS= read -r REPLY </proc/$1/stat; } 2>/dev/null || return 1
  REPLY=@{REPLY##*) }; set -- $REPLY; __h_state=$1 __h_pgrp=$3 __h_born=@{20}; }
__h_alive() { local pid born epoch # a zombie is dead, and so is another process under the same number
  read -r pid born epoch <"$1.pid" || return 1
  [ -d /proc/1 ] || { kill -0 "$pid" 2>/dev/null; return; }
  __h_stat "$pid" && [ "$__h_born" = "$born" ] && [ "$__h_state" != Z ] && [ "$__h_state" != X ]; }
__h_group() { local each
  [ -d /proc/1 ] || { kill -0 -- "-$1" 2>/dev/null; return; }
  kill -0 -- "-$1" 2>/dev/null || return 1
  for each in /proc/[0-9]*; do __h_stat "@{each#/proc/}" && [ "$__h_pgrp" = "$1" ] && [ "$__h_state" != Z ] && return 0; done
  return 1; }
__h_done() { local J=$__h_dir/jobs/$1 why folder gone size=-
  __h_file "$J.why"; why=@{REPLY:--}
  __h_file "$__h_dir/folder"; __h_encode "$REPLY"; folder=$REPLY
  __h_file "$J.gone"; __h_encode "$REPLY"; gone=$REPLY
  [ -n "$__h_direct" ] || size=$(wc -c <"$J.out")
  printf '\001D %s %s %s %s %s %s\n' "$1" "$2" "$why" "$folder" "$gone" $size; }
__h_monitor() { local J=$__h_dir/jobs/$1 from=/dev/null keep= rc REPLY
  case $3 in
    file) from=$J.in ;;
    fifo) from=$J.in; sleep 604800 <>"$J.in" >/dev/null 2>&1 & keep=$!; printf %s "$keep" >"$J.keep" ;;
  esac
  export __hermes_dir=$__h_dir __hermes_job=$J __hermes_mode=$2 __hermes_epoch=$__h_epoch __hermes_folder=$5 __hermes_mv=$__h_mv __hermes_memory=$__h_memory __hermes_shell=
  umask "$__h_umask"
  for REPLY in "@{@:8}"; do export "__hermes_secret_$REPLY"; done
  set -m # a group of its own for the job, without the cost of one more program
  if [ "$4" = pty ]; then
    __hermes_shell=@{SHELL:-$__h_bash} __hermes_command=$6 __h_exec=$__h_bash
    export __hermes_command
    SHELL=/bin/sh TERM=xterm BASH_ENV= "$__h_script" -qefc "stty cols 120 rows 40; BASH_ENV='$__h_dir/prelude' exec '$__h_bash' -c \"\$__hermes_command\" bash" /dev/null <"$from" >>"$J.out" 2>&1 &
  else
    BASH_ENV=$__h_dir/prelude "$__h_bash" --noprofile --norc -c "$6" bash <"$from" >>"$J.out" 2>&1 &
  fi
  set +m # from here on a job that is stopped is waited for like any other
  wait $!
  rc=$?
  umask 077
  [ -z "$keep" ] || kill "$keep"
  __h_file "$J.pid"
  if [ -z "$REPLY" ] || [ "@{REPLY%% *}" = void ]; then printf '\001N %s\n' "$1"; return; fi
  printf '%s\n' "$rc" >"$J.rc"
  __h_done "$1" "$rc"; }
__h_start() { local J=$__h_dir/jobs/$1
  if [ -e "$J.cmd" ]; then printf '\001A %s\n' "$1"; return; fi
  if [ "$4" = pty ] && [ -z "$__h_script" ]; then printf '\001F %s script\n' "$1"; return; fi
  set -C
  if ! printf '%s' "$6" 2>/dev/null >"$J.cmd"; then set +C; rm -f "$J.cmd"; printf '\001F %s\n' "$1"; return; fi
  set +C
  if [ "$7" = - ]; then : >"$J.bg"; else printf '%s %s\n' $((__h_zero + SECONDS + $7)) $$ >"$J.limit"; fi
  [ "$3" != fifo ] || mkfifo "$J.in" || { printf '\001F %s\n' "$1"; return; }
  __h_monitor "$@" </dev/null 2>/dev/null &
  disown $!
  printf '\001S %s\n' "$1"; }
__h_status() { local J=$__h_dir/jobs/$1 rc why pid born epoch
  __h_file "$J.why"; why=@{REPLY:--}
  if [ -s "$J.rc" ]; then __h_file "$J.rc"; printf '\001T %s ended %s %s\n' "$1" @{REPLY%%$'\n'*} "$why"; return; fi
  if ! [ -e "$J.cmd" ]; then printf '\001T %s unknown\n' "$1"; return; fi
  if ! [ -s "$J.pid" ]; then printf '\001T %s accepted\n' "$1"; return; fi
  read -r pid born epoch <"$J.pid"
  if [ "$pid" = void ]; then printf '\001T %s void\n' "$1"
  elif [ "$epoch" != "$__h_epoch" ]; then printf '\001T %s recreated\n' "$1"
  elif __h_alive "$J"; then printf '\001T %s running\n' "$1"
  else printf '\001T %s dead\n' "$1"; fi; }
__h_watch() { ( local J=$__h_dir/jobs/$1 naps=0
  while ! [ -s "$J.rc" ]; do
    if ! __h_alive "$J" 2>/dev/null; then naps=$((naps + 1)); [ $naps -lt 10 ] || { printf '\001L %s\n' "$1"; exit; }; fi
    sleep 0.1
  done
  __h_file "$J.rc"; __h_done "$1" "@{REPLY%%$'\n'*}" ) </dev/null & disown $!; }
__h_void() { local J=$__h_dir/jobs/$1 # from here on the job can never begin
  set -C; if printf 'void - -\n' 2>/dev/null >"$J.pid"; then REPLY=yes; else REPLY=no; fi; set +C
  printf '\001V %s %s\n' "$1" "$REPLY"; }
__h_end() { local J=$__h_dir/jobs/$1 pid rest naps=0 # id, why, grace in 60 ms
  until [ -s "$J.pid" ] || [ $naps -ge 50 ]; do sleep 0.02; naps=$((naps + 1)); done
  naps=0
  [ -s "$J.pid" ] || { set -C; printf 'void - -\n' >"$J.pid"; set +C; } # too slow to begin: now it never will
  if ! [ -s "$J.rc" ] && __h_alive "$J"; then
    read -r pid rest <"$J.pid"
    printf %s "$2" >"$J.why"
    kill -TERM -- "-$pid"; kill -CONT -- "-$pid"
    while __h_group "$pid" && [ $naps -lt "$3" ]; do sleep 0.05; naps=$((naps + 1)); done
    ! __h_group "$pid" || kill -KILL -- "-$pid"
  fi; }
__h_kill() { ( __h_end "$@"; printf '\001K %s\n' "$1" ) </dev/null 2>/dev/null & disown $!; }
__h_limits() { local each until by rest now=$((__h_zero + SECONDS)) # sets REPLY to when to look again, or to nothing
  REPLY=
  for each in "$__h_dir"/jobs/*.limit; do
    each=@{each%.limit}
    if [ -s "$each.rc" ] || ! read -r until by <"$each.limit" || { [ -s "$each.pid" ] && ! __h_alive "$each"; }; then continue; fi
    if [ "$by" != $$ ]; then
      if [ "$1" != adopt ] || __h_alive "$__h_dir/control-$by"; then continue; fi
      printf '%s %s\n' "$until" $$ >"$each.limit"
    fi
    if [ "$1" = adopt ]; then continue; fi
    if [ "$until" -le $now ]; then ( __h_end "@{each##*/}" timed-out 40 ); else REPLY=1; fi
  done; }
__h_last() { # nobody is connected any more: what was to end in time still does
  exec </dev/null >/dev/null 2>&1
  while __h_limits; [ -n "$REPLY" ]; do sleep "$REPLY"; done
  rm -f "$__h_dir/control-$$.pid"; }
__h_close() { local REPLY; __h_file "$__h_dir/jobs/$1.keep"; [ -z "$REPLY" ] || kill "$REPLY" 2>/dev/null; printf '\001C %s\n' "$1"; }
__h_delta() { REPLY=$(tail -c "+$(($2 + 1))" "$__h_dir/jobs/$1.out" 2>/dev/null | head -c 2400 | base64 | tr -d '\n'); printf '\001B %s %s %s\n' "$1" "$2" "@{REPLY:--}"; }
__h_prune() { ( ls -t "$__h_dir/jobs" | while read -r each; do case $each in *.rc)
    naps=$((naps + 1)); each=$__h_dir/jobs/@{each%.rc}
    if [ $naps -gt "$1" ] && { ! [ -e "$each.bg" ] || [ -e "$each.told" ]; }; then rm -f "$each".*; fi ;; esac; done ) </dev/null >/dev/null 2>&1 & disown $!; }
`.replaceAll("@{", "${");

export type ControlPlace = {
  /** The session's own folder; made when missing. */
  readonly folder: string;
  /** Where the first command of a new session runs. */
  readonly root: string;
  /** The session layer reads files of the folder itself. */
  readonly isDirect: boolean;
};

/**
 * What the control shell of a connection reads first. It then takes one call of a function a line and answers in frames:
 * 0x01, a letter, fields between spaces, a line feed; never longer than what a pipe takes in one piece.
 */
export function controlScript({ folder, root, isDirect }: ControlPlace): string {
  const dir = shellQuote(folder);
  return `${functions}
__h_dir=${dir} __h_direct=${isDirect ? "1" : ""}
if mkdir -p ${dir}/jobs && chmod 700 ${dir} && printf '%s' ${shellQuote(jobPrelude)} >${dir}/prelude.$$ && mv -f ${dir}/prelude.$$ ${dir}/prelude; then
  __h_memory=/dev/shm/hermes-$EUID; mkdir -m 700 "$__h_memory"; mkdir -m 700 "$__h_memory/${memoryName(folder)}"
  if [ -O "$__h_memory" ] && ! [ -L "$__h_memory" ]; then __h_memory=$__h_memory/${memoryName(folder)}; else __h_memory=; fi
  __h_stat $$; printf '%s %s %s\n' $$ "$__h_born" "$__h_epoch" >${dir}/control-$$.pid
  trap __h_last EXIT; __h_limits adopt
  [ -e ${dir}/folder ] || printf '%s' ${shellQuote(root)} >${dir}/folder
  __h_file ${dir}/folder; __h_encode "$REPLY"
  printf '\\001R %s %s\\n' "$__h_epoch" "$REPLY"
else
  printf '\\001X\\n'
fi 2>/dev/null
`;
}
