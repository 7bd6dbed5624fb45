// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// marker_claim::attempt, refresh_clock::refresh, and the functions of marker_file.cpp that it calls. The comments
// below name those functions.

mtype = { attempt, look, ended,
          register_late, whole_look, slow_link, slow_close,
          in_place_witness, in_place_right, in_place_name, in_place_write, in_place_again,
          in_place_truncate, in_place_unlock, in_place_close,
          replace_right, replace_judge, replace_name, remove_bare, link_aside, put_in_place,
          unlink_aside, look_aside, got_right, got_judge, got_unlink, got_unlock, got_keep,
          final_name, put_back, put_back_stat, put_back_witness, put_back_remove, put_back_look,
          put_back_undo, put_back_link, put_back_unlink, give_up, give_up_truncate, give_up_close,
          theirs_unlock,
          carry_off, carry_off_look, carry_off_unlink,
          hold, beat_right, beat_name, beat_stamp, beat_again, withdraw_right, withdraw_name, withdraw_unlink, withdraw_stat, withdraw_truncate,
          withdraw_unlock, withdraw_close };

// On network storage a lost marker keeps its text: no process restores it there, and a descriptor
// may lead to a successor's marker.
#if defined(NETWORK) && !defined(TRUNCATES_LOST)
#define KEEPS_LOST 1
#else
#define KEEPS_LOST 0
#endif

// The last step of an acquisition is a fresh look.
#ifdef REUSED
#define LOOKS_AGAIN 1
#else
#define LOOKS_AGAIN 0
#endif

// Without unnamed files an evicting process leaves the path vacant. Beside a Python peer that
// evicts, that is BARE_UNLINK: there the model assumes unnamed files that could not be given a
// name.
#ifdef BARE_UNLINK
#define REMOVES_BARE 1
#else
#define REMOVES_BARE (in_place && PYTHON == 0)
#endif

proctype ours(byte p; bit in_place; bit slow)
{
    mtype at = attempt;
    byte rounds = ROUNDS;

    {
    do
    // publish
    :: atomic { at == attempt && path == 0 && !in_place && !slow && LOOKS_AGAIN ->
        say("%d: link(path)\n");
        make(p, WHOLE);
        path = mine[p];
        start_settling();
#ifdef REGISTERS_LATE
        go(register_late); check() }
#else
        register(p);
        go(whole_look); check() }
#endif
#ifdef REGISTERS_FIRST
    :: atomic { at == attempt && path != 0 ->
        say("%d: registers, link(path): EEXIST\n");
        register(p);
        go(look) }
#endif
    :: atomic { at == register_late ->
        say("%d: registers what it has published\n");
        register(p);
        go(whole_look) }
    :: atomic { at == whole_look && has_settled() && is_acquired(p) ->
        say("%d: open(path): mine, holds\n");
        holds[p] = !is_expired(mine[p]);
        go(hold); check() }
    :: atomic { at == whole_look && has_settled() && !is_acquired(p) ->
        say("%d: open(path): another\n");
        go(slow_close) }

    // link_whole: publishes by a private file and link, where the storage is slow
    :: atomic { at == attempt && path == 0 && slow ->
        say("%d: creates and writes a private file\n");
        make(p, WRITTEN);
        go(slow_link) }
    :: atomic { at == slow_link && path == 0 ->
        say("%d: link(private, path)\n");
        path = mine[p];
        start_settling();
        register(p);
        go(whole_look); check() }
#ifdef RESENT
    :: atomic { at == slow_link && path == 0 ->
        say("%d: link(private, path): done, but EEXIST\n");
        path = mine[p];
#ifdef TRUSTS_EEXIST
        go(slow_close) }
#else
        say("%d: stat(private): two links\n");
        register(p);
        go(whole_look); check() }
#endif
#endif
    :: atomic { at == slow_link && path != 0 ->
        say("%d: link(private, path): EEXIST\n");
        go(slow_close) }
    :: atomic { at == slow_close ->
        say("%d: gives its file up\n");
        if
        :: !KEEPS_LOST -> truncate_lost(p)
        :: else
        fi;
        close_mine(p);
        go(attempt); check() }

    :: atomic { at == attempt && path == 0 && !in_place && !slow && !LOOKS_AGAIN ->
        say("%d: link(path), holds\n");
        make(p, WHOLE);
        witness[mine[p]] = LOCAL;
        path = mine[p];
        holds[p] = !is_expired(mine[p]);
        go(hold); check() }
    :: atomic { at == attempt && path != 0 -> go(look) }

    // make_in_place
    :: atomic { at == attempt && path == 0 && in_place ->
        say("%d: create(path)\n");
        make(p, EMPTY);
        path = mine[p];
#ifndef WRITES_FIRST
        register(p);
#endif
        if
        :: LOCAL -> go(in_place_witness)
        :: else -> go(in_place_name)
        fi }
    :: atomic { at == in_place_witness ->
        say("%d: takes the witness\n");
        witness[mine[p]] = 1;
        go(in_place_right) }
    :: atomic { at == in_place_right && right[mine[p]] == 0 ->
        say("%d: flock\n");
        right[mine[p]] = p;
        go(in_place_name) }
    :: atomic { at == in_place_right && right[mine[p]] != 0 ->
        say("%d: flock: busy\n");
        go(in_place_close) }
    // The marker is still empty, so only its number can be compared.
    :: atomic { at == in_place_name && has_number_of(p) && !old[mine[p]] ->
        say("%d: stat(path): mine, and in time\n");
        go(in_place_write) }
    :: atomic { at == in_place_name -> // it may be late at any time
        say("%d: stat(path): another, or late\n");
        go(in_place_close) }
    :: atomic { at == in_place_write ->
        say("%d: write\n");
#ifdef WRITES_FIRST
        register(p);
#endif
        content[mine[p]] = WHOLE;
        start_settling();
#ifdef NO_FINAL_CHECK
        holds[p] = !is_expired(mine[p]);
        go(in_place_unlock); check() }
#else
        go(in_place_again) }
#endif
    :: atomic { at == in_place_again && has_settled() && is_acquired(p) ->
        say("%d: stat(path): mine, holds\n");
        holds[p] = !is_expired(mine[p]);
        go(in_place_unlock); check() }
    :: atomic { at == in_place_again && has_settled() && !is_acquired(p) ->
        say("%d: stat(path): another\n");
#ifdef KEEPS_TEXT
        go(in_place_close) }
#else
        go(KEEPS_LOST -> in_place_close : in_place_truncate) }
    :: atomic { at == in_place_truncate ->
        say("%d: truncate\n");
        truncate_lost(p);
        go(in_place_close) }
#endif
    :: atomic { at == in_place_unlock -> unlock(mine[p], p); go(hold) }
    :: atomic { at == in_place_close ->
        say("%d: close\n");
        close_mine(p);
        go(attempt); check() }

    // attempt, where the path names a file: decides whether to wait, or to give up
    :: atomic { at == look && path == 0 -> go(attempt) }
    :: atomic { at == look && path != 0 && (content[path] != WHOLE || is_stale(path)) ->
        say("%d: read(path): removable\n");
        old[path] = (content[path] != WHOLE);
        theirs[p] = path;
        if
        :: LOCAL -> go(replace_right)
        :: else -> go(replace_judge)
        fi }
    :: atomic { at == look && path != 0 ->
        say("%d: gives up\n");
        break }

    // replace
    :: atomic { at == replace_right && right[theirs[p]] == 0 ->
        say("%d: flock\n");
        lock(theirs[p], p);
        go(replace_judge) }
    :: atomic { at == replace_right && right[theirs[p]] != 0 ->
        say("%d: flock: busy\n");
        close(theirs[p], p);
        go(look) }
#ifdef NO_PAUSE
#if defined(REUSED) && !defined(BREAKS_BY_NUMBER)
#define is_judged (path != 0 && is_removable(path)) // by a fresh open
#else
#define is_judged (path != 0 && is_removable(theirs[p]) && is_same_number(path, theirs[p]))
#endif
    :: atomic { at == replace_judge && is_judged ->
        say("%d: read, stat(path), rename(path)\n");
#if defined(REUSED) && !defined(BREAKS_BY_NUMBER)
        close(theirs[p], p);
        theirs[p] = path;
#endif
        exchange(aside[p], path);
        go(carry_off_look) }
    :: atomic { at == replace_judge && !is_judged ->
        say("%d: read: alive, or stat(path): another\n");
        go(theirs_unlock) }
#else
    :: atomic { at == replace_judge && is_removable(theirs[p]) ->
        say("%d: read: removable\n");
        judge_now(p);
        go(replace_name) }
    :: atomic { at == replace_judge && !is_removable(theirs[p]) ->
        say("%d: read: alive\n");
        go(theirs_unlock) }
#endif
    :: atomic { at == replace_name && path == theirs[p] ->
        say("%d: stat(path): the same\n");
        if
        :: !LOCAL -> go(carry_off)
        :: LOCAL && REMOVES_BARE -> go(remove_bare)
        :: LOCAL && !REMOVES_BARE -> go(link_aside)
        fi }
    :: atomic { at == replace_name && path != theirs[p] ->
        say("%d: stat(path): another\n");
        act(p);
        go(theirs_unlock) }
    :: atomic { at == remove_bare ->
        say("%d: unlink(path)\n");
        unlink(path, p);
        go(theirs_unlock) }

    // put_in_place_of
#ifdef RENAME_BREAK
    :: atomic { at == link_aside ->
        say("%d: rename(path, aside)\n");
        exchange(aside[p], path);
        go(look_aside) }
    :: atomic { at == look_aside ->
        if
        :: aside[p] == theirs[p] ->
            say("%d: stat(aside): what was judged, unlink\n");
            unlink(aside[p], p);
            go(theirs_unlock)
        :: else ->
            say("%d: stat(aside): another\n");
            go(put_back_link)
        fi }
#else
    :: atomic { at == link_aside ->
        say("%d: link(aside)\n");
        make(p, WHOLE);
        witness[mine[p]] = 1;
        aside[p] = mine[p];
        go(put_in_place) }
    :: atomic { at == put_in_place && path != 0 ->
        say("%d: exchange(aside, path)\n");
        if
        :: maker[path] <= OURS && breaks[maker[path]] && mine[maker[path]] == path ->
#ifndef CROSSED
            excuse
#endif
        :: else
        fi;
        breaks[p] = 1;
        exchange(aside[p], path);
        go(look_aside); check() }
    :: atomic { at == put_in_place && path == 0 ->
        say("%d: exchange(aside, path): vacant\n");
        go(unlink_aside) }
    :: atomic { at == unlink_aside ->
        say("%d: unlink(aside), close\n");
        aside[p] = 0;
        close_mine(p);
        go(theirs_unlock) }
    :: atomic { at == look_aside && aside[p] == theirs[p] ->
        say("%d: open(aside): what was judged\n");
        go(got_unlink) }
    :: atomic { at == look_aside && aside[p] != theirs[p] ->
        say("%d: open(aside): another\n");
        got[p] = aside[p];
        go(got_right) }
#endif
    // remove_as_well: releases the removal right before what follows
    :: atomic { at == got_right && right[got[p]] == 0 ->
        say("%d: flock(aside)\n");
        lock(got[p], p);
        go(got_judge) }
    :: atomic { at == got_right && right[got[p]] != 0 ->
        say("%d: flock(aside): busy for too long\n");
        close(got[p], p);
        go(put_back) }
    :: atomic { at == got_judge && (content[got[p]] != WHOLE || is_stale(got[p])) ->
        say("%d: read(aside): removable\n");
        old[got[p]] = (content[got[p]] != WHOLE);
        go(got_unlink) }
    :: atomic { at == got_judge && !is_removable(got[p]) ->
        say("%d: read(aside): alive, or young\n");
        go(got_keep) }
    :: atomic { at == got_keep ->
        say("%d: close(aside)\n");
        close(got[p], p);
        go(put_back) }
    :: atomic { at == got_unlink ->
        say("%d: unlink(aside)\n");
        unlink(aside[p], p);
        go(got_unlock) }
    :: atomic { at == got_unlock -> close(got[p], p); go(final_name) }
    :: atomic { at == final_name && path == mine[p] ->
        say("%d: stat(path): mine, holds\n");
        holds[p] = !is_expired(mine[p]); breaks[p] = 0;
        go(theirs_unlock); check() }
    :: atomic { at == final_name && path != mine[p] ->
        say("%d: stat(path): another\n");
        go(give_up) }

    // restore
    :: atomic { at == put_back && path != 0 && (path == mine[p] || PAUSED) ->
        say("%d: exchange back\n");
        exchange(aside[p], path);
        go(put_back_look); check() }
    // Our marker was removed, and another process has acquired the lock.
    :: atomic { at == put_back && path != 0 && path != mine[p] && !PAUSED ->
        say("%d: exchange back, stat(aside): another, exchange again\n");
        leave(p);
        go(give_up) }
    :: atomic { at == put_back && path == 0 ->
        say("%d: exchange back: vacant\n");
#ifdef LEAVES_OTHERS
        go(put_back_link) }
#else
        go(put_back_stat) }
    // A peer without a witness has removed our marker. It had seen its own marker there, and
    // releases it.
    :: atomic { at == put_back_stat && !has_name(mine[p]) ->
        say("%d: stat(mine): removed\n");
        go(put_back_witness) }
    :: atomic { at == put_back_stat && has_name(mine[p]) ->
        say("%d: stat(mine): moved\n");
        go(put_back_link) }
    :: atomic { at == put_back_witness ->
        say("%d: looks for the witness aside\n");
        go(witness[aside[p]] -> put_back_link : put_back_remove) }
    :: atomic { at == put_back_remove ->
        say("%d: unlink(aside)\n");
        unlink(aside[p], p);
        go(give_up) }
#endif
    :: atomic { at == put_back_look && aside[p] == mine[p] ->
        say("%d: stat(aside): mine\n");
        go(put_back_unlink) }
#ifdef LEAVES_OTHERS
    :: atomic { at == put_back_look && aside[p] != mine[p] ->
        say("%d: stat(aside): another, left\n");
        spares(aside[p], p);
        leave(p);
        go(give_up) }
#else
    :: atomic { at == put_back_look && aside[p] != mine[p] ->
        say("%d: stat(aside): another\n");
        go(put_back_undo) }
    :: atomic { at == put_back_undo && path != 0 ->
        say("%d: exchange again\n");
        spares(path, p);
        exchange(aside[p], path);
        leave(p);
        go(give_up); check() }
    :: atomic { at == put_back_undo && path == 0 ->
        say("%d: exchange again: vacant\n");
        go(put_back_link) }
#endif
    :: atomic { at == put_back_link && path == 0 ->
        say("%d: link(aside, path)\n");
        path = aside[p];
        go(put_back_unlink); check() }
    :: atomic { at == put_back_link && path != 0 ->
        say("%d: link(aside, path): taken\n");
        spares(aside[p], p);
        leave(p);
        go(give_up) }
    :: atomic { at == put_back_unlink ->
        say("%d: unlink(aside)\n");
        k = aside[p]; aside[p] = 0; forget(k); k = 0;
        go(give_up) }

    // abandon
    :: atomic { at == give_up ->
#ifdef KEEPS_TEXT
        go(give_up_close) }
#else
        say("%d: stat(mine)\n");
        go(has_name(mine[p]) -> give_up_truncate : give_up_close) }
#endif
    :: atomic { at == give_up_truncate ->
        say("%d: truncate\n");
        truncate(mine[p]);
        go(give_up_close) }
    :: atomic { at == give_up_close ->
        say("%d: close\n");
        close_mine(p);
        go(theirs_unlock); check() }
    :: atomic { at == theirs_unlock ->
        close(theirs[p], p);
        if
        :: mine[p] != 0 -> go(hold)
        :: else -> go(look)
        fi }

    // move_aside
    :: atomic { at == carry_off ->
        say("%d: rename(path, aside)\n");
        act(p);
        exchange(aside[p], path);
        go(carry_off_look) }
    :: atomic { at == carry_off_look && aside[p] == theirs[p] && is_removable(theirs[p]) ->
        say("%d: stat(aside): what was judged\n");
        go(carry_off_unlink) }
    :: atomic { at == carry_off_look && !(aside[p] == theirs[p] && is_removable(theirs[p])) ->
        say("%d: stat(aside): another, or written since\n");
        leave(p);
        go(theirs_unlock) }
    :: atomic { at == carry_off_unlink ->
        say("%d: unlink(aside)\n");
        unlink(aside[p], p);
        go(theirs_unlock) }

#ifdef REUSED
    :: atomic { at == hold && is_mine(p) -> // still_held
        spares(path, p) }
#endif
#ifdef EXPIRES
    // Its process was stopped, or could not refresh it.
    :: atomic { mine[p] != 0 && content[mine[p]] == WHOLE && !expired[mine[p]] ->
        say("%d: its time has passed\n");
        holds[p] = 0;
        expired[mine[p]] = 1 }
    // refresh. A stamp that comes too late does not bring the hold back.
    :: atomic { at == hold && holds[p] -> go(LOCAL -> beat_right : beat_name) }
    :: atomic { at == beat_right && right[mine[p]] == 0 ->
        say("%d: flock\n");
        lock(mine[p], p);
        go(beat_name) }
    :: atomic { at == beat_right && right[mine[p]] != 0 -> go(hold) }
    :: atomic { at == beat_name -> go(is_mine(p) -> beat_stamp : beat_again) }
    :: atomic { at == beat_stamp ->
        say("%d: stamps\n");
        expired[mine[p]] = 0;
        go(beat_again) }
    :: atomic { at == beat_again -> unlock(mine[p], p); go(hold) }
#endif
    // withdraw
    :: atomic { at == hold ->
        say("%d: releases\n");
        holds[p] = 0;
        if
        :: LOCAL -> go(withdraw_right)
        :: else -> go(withdraw_name)
        fi }
    :: atomic { at == withdraw_right && right[mine[p]] == 0 ->
        say("%d: flock\n");
        lock(mine[p], p);
        go(withdraw_name) }
    :: atomic { at == withdraw_right && right[mine[p]] != 0 ->
        say("%d: flock: busy for too long\n");
        go(withdraw_stat) }
#if defined(NO_PAUSE) && (FORCED > 0 || LEASES) && !defined(RELEASE_PAUSES)
    :: atomic { at == withdraw_name && is_mine(p) ->
        say("%d: open(path): mine, unlink(path)\n");
        unlink(path, p);
        go(withdraw_unlock) }
#else
    :: atomic { at == withdraw_name && is_mine(p) ->
        say("%d: stat(path): mine\n");
        go(withdraw_unlink) }
#endif
    :: atomic { at == withdraw_name && !is_mine(p) ->
        say("%d: stat(path): another\n");
        go(withdraw_unlock) }
    :: atomic { at == withdraw_unlink ->
        say("%d: unlink(path)\n");
        unlink(path, p);
        go(withdraw_unlock) }
    :: atomic { at == withdraw_unlock ->
        unlock(mine[p], p);
#ifdef TRUSTS_PATH
        go(withdraw_close) }
#else
        go(KEEPS_LOST -> withdraw_close : withdraw_stat) }
#endif
    // abandon, without the removal right: an evicting process may have moved the marker aside and
    // restored it
    :: atomic { at == withdraw_stat && has_name_open(p) ->
        say("%d: stat(mine): moved\n");
        go(withdraw_truncate) }
    :: atomic { at == withdraw_stat && !has_name_open(p) ->
        say("%d: stat(mine): removed\n");
        go(withdraw_close) }
    :: atomic { at == withdraw_truncate ->
        say("%d: truncate\n");
        truncate_lost(p);
        go(withdraw_close) }
    :: atomic { at == withdraw_close ->
        say("%d: close\n");
        close_mine(p);
        check();
        rounds--;
        if
        :: rounds == 0 -> break
        :: else -> go(attempt)
        fi }

    :: atomic { at != attempt && at != look ->
        say("%d: dies\n");
        if
        :: aside[p] != 0 && aside[p] != mine[p] && aside[p] != theirs[p] && !dead[maker[aside[p]]] ->
#ifndef BEREFT
            excuse
#endif
        :: else
        fi;
        end_process(p);
        check();
        break }
    od
    } unless { over || is_killed(p) }
    atomic {
        rounds = 0; at = ended;
        if
        :: over -> forget_all(p)
        :: else -> end()
        fi
    }
}
