// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The markers of soft_read_write_lock: PATH.state, PATH.write, PATH.readers/. An atomic step is one
// system call that others can observe, or one look at the clock. A kernel lock goes with the call
// after it, or before it. `state` is a soft_file_lock, which marker.pml models: here it is taken,
// left, and taken over, in one step each. `run` checks these configurations:
//
//     READERS=N WRITERS=N                 processes of this library, four in all with
//     PYTHON_READERS=N PYTHON_WRITERS=N   Python peers
//     FILES=N      the most readers' markers at a time; a reader waits for room
//     NETWORK      the rules for network storage, and a host for each process; otherwise the local
//                  rules, and one host,
//     HOSTS        or several hosts by their names
//     SCHEDULER    a claim that cannot be withdrawn is left to the heartbeat scheduler of its
//                  process (network)
//     LONE         at some time all processes die except one of this library, which must get the
//                  lock; otherwise no process may hold beside a writer
//
// Any process may die, or be stopped, between any two steps. Time is modelled as follows:
// - A marker's owner becomes `late`: by its own clock more than stale_threshold -
//   heartbeat_interval has passed since it created the marker, or since a refresh that counts.
//   A refresh counts if the owner was not late yet after it.
// - Then, or when no process tends it, a marker becomes `stale`: for others more than
//   stale_threshold has passed, and they may evict it. A dead owner's marker is stale at once,
//   because others may have waited already.
// - An owner that became late during its hold loses the hold once its marker is evicted, as the
//   documentation says. Heartbeats in time change nothing, and are no steps.
// - A process that stays in `state` may lose it to another host.
// - `settled`: from now on no cache reports that there is no `write`.
//
// Each rule that can be omitted or changed has a name for that: NO_SECOND_LOOK, NO_LAST_CHECK,
// NO_AGE_LIMIT, AGE_FIRST, AGE_SINCE_REFRESH, REUSES_NAME, NO_STATE, STATE_UNCHECKED,
// UNLINKS_UNCHECKED, NO_SETTLE, SETTLE_ALONE, STATE_STAYS, WRITE_BY_NUMBER, STATE_BY_NUMBER,
// LEFT_UNCHECKED, LEFT_OUTSIDE_STATE, LEFT_REFRESHED.
//
// Markers are compared by their tokens, and `state` as in marker.pml. With *_BY_NUMBER they are
// compared by inode number, and the number of a removed marker may be given to the next one.
//
// Other events are enabled or excluded by name:
//
//     GRACE        a reader's marker is created empty, and may be evicted as such
//     PAUSES       a process loses `state` between its last look at it and the removal of `write`
//     OVERSLEPT    a living Python peer loses `state`
//     QUICK        a Python reader that finds no `write` in a cache creates its marker in time

#ifndef READERS
#define READERS 0
#endif
#ifndef WRITERS
#define WRITERS 0
#endif
#ifndef PYTHON_READERS
#define PYTHON_READERS 0
#endif
#ifndef PYTHON_WRITERS
#define PYTHON_WRITERS 0
#endif
#ifdef NETWORK
#define LOCAL 0
#else
#define LOCAL 1
#endif
#if defined(NETWORK) || defined(HOSTS)
#define ONE_HOST 0
#else
#define ONE_HOST 1
#endif
#ifdef LONE
#define SPARE 1
#else
#define SPARE 0
#endif
#ifdef PAUSES
#define MAY_PAUSE 1
#else
#define MAY_PAUSE 0
#endif
#ifdef OVERSLEPT
#define MAY_OVERSLEEP 1
#else
#define MAY_OVERSLEEP 0
#endif
#ifdef GRACE
#define HAS_GRACE 1
#else
#define HAS_GRACE 0
#endif
#ifdef STATE_STAYS
#define STATE_GOES 0
#else
#define STATE_GOES 1
#endif
#define SETTLES (!LOCAL && PYTHON_READERS > 0)

mtype = { ended, look, wait, evict_state, evict_judge, evict_unlink, evict_leave,
          create, fill, look_again, refresh, final_name, final_age, hold,
          withdraw, withdraw_name, withdraw_state, withdraw_unlink, withdraw_close,
          claim, write_judge, write_look, write_unlink, write_create, write_state,
          write_leave, settle, settle_state, scan, scan_end, drain, drain_judge, drain_unlink,
          carry_off, carry_off_read, carry_off_unlink, carry_off_back,
          py_state, py_judge, py_rename, py_verify, py_create, py_fill, py_wait, py_return, py_hold,
          py_unlink, py_again, py_evict, py_carry_off, py_carry_off_read, py_scan_end, py_leave,
          py_drain };

// Processes, by number, in this order; 0 means none.
#define OURS (READERS + WRITERS)
#define PROCESSES (OURS + PYTHON_READERS + PYTHON_WRITERS)
#ifdef SCHEDULER
#define SCHEDULER_ID (PROCESSES + 1) // holds the claim that was left
#define ALL SCHEDULER_ID
#else
#define SCHEDULER_ID 0
#define ALL PROCESSES
#endif
#define is_reader(p) (p <= READERS || (p > OURS && p <= OURS + PYTHON_READERS))

#define MOST 4

#ifndef FILES
#define FILES (READERS + PYTHON_READERS + 2 - LOCAL)
#endif

// Markers of readers, by number; 0 means none.
byte maker[MOST + 1];
bit listed[MOST + 1];
bit stale[MOST + 1];
bit unwritten[MOST + 1]; // created and not yet written, with GRACE
byte right[MOST + 1]; // the process with the removal right

byte write;       // the creator of the present marker
bit write_stale;
byte write_right;
byte write_aside; // the creator of the marker that a Python peer has moved aside
bit aside_stale;
bit settled = 1;
bit blind;        // a Python reader is about to create its marker because of what a cache reports

byte state;       // the process in `state`
bit critical;     // it is between its last look at `write` and the removal

#define WRITE 255

byte mine[MOST + 1];   // open: a reader's marker, or WRITE
byte theirs[MOST + 1]; // the marker that it has judged
byte aside[MOST + 1];  // the marker that it has moved aside
byte seen[MOST + 1];   // markers, as bits, that a listing of readers cannot miss
byte left_by; // the lock that left its claim to the scheduler
#ifdef WRITE_BY_NUMBER
bit has_number[MOST + 1]; // the claim that p has lost has the number of `write`
#define is_write_of(p) (write == p || (write != 0 && has_number[p]))
#else
#define is_write_of(p) (write == p)
#endif
#ifdef STATE_BY_NUMBER
bit has_state_number[MOST + 1]; // the marker that p has lost has the number of `state`
#define is_state_of(p) (state == p || (state != 0 && has_state_number[p]))
#else
#define is_state_of(p) (state == p)
#endif

bit late[MOST + 1];
bit holds[MOST + 1];
bit dead[MOST + 1];
byte lone;
byte running = PROCESSES;
byte tries; // attempts of the lone process
byte k;

#define say(what) printf(what, p)
#define go(where) at = (where)

// The scheduler and the lock that left it a claim are one process. Their records are the same.
#define is_same_process(p, q) (left_by != 0 && ((p == SCHEDULER_ID && q == left_by) || \
    (q == SCHEDULER_ID && p == left_by)))
#define is_gone_from_state(p) (dead[state] || (!ONE_HOST && state != p && \
    !is_same_process(state, p) && \
    (state <= OURS || state == SCHEDULER_ID || MAY_OVERSLEEP) && (!critical || MAY_PAUSE)))
#define can_take_state(p) (state == 0 || (STATE_GOES && is_gone_from_state(p)))
#define py_can_take_state(p) (state == 0 || (ONE_HOST && dead[state]))

// A conflict between two Python peers does not count where there are caches.
#define beside(p, q) (holds[p] && holds[q] && p != q && !(is_reader(p) && is_reader(q)) && \
    (LOCAL || p <= OURS || q <= OURS))
#define any(A, f) (A[1] == f || A[2] == f || A[3] == f || A[4] == f)

#ifdef NO_AGE_LIMIT
#define IN_TIME 1
#elif defined(AGE_FIRST)
#define IN_TIME 1
#else
#define IN_TIME (!late[p])
#endif
#ifdef UNLINKS_UNCHECKED
#define IS_IN_STATE 1
#else
#define IS_IN_STATE is_state_of(p)
#endif
#if defined(STATE_UNCHECKED) || defined(NO_STATE)
#define CREATES_IN_STATE 1
#else
#define CREATES_IN_STATE is_state_of(p)
#endif
#define is_removable(f) (stale[f] || unwritten[f])
#define is_any_listed (listed[1] || listed[2] || listed[3] || listed[4])

inline enter(p)
{
    holds[p] = 1;
#ifndef LONE
    assert(!beside(p, 1) && !beside(p, 2) && !beside(p, 3) && !beside(p, 4))
#endif
}

inline try(p)
{
    if
    :: lone == p -> tries++; assert(tries < 10)
    :: else
    fi
}

inline leave_state(p)
{
    if
    :: is_state_of(p) -> state = 0; critical = 0
    :: else
    fi
#ifdef STATE_BY_NUMBER
    ; has_state_number[p] = 0
#endif
}

inline take_state(p)
{
#ifdef STATE_BY_NUMBER
    if
    :: state != 0 && !dead[state] -> has_state_number[state] = 1
    :: true
    fi;
    has_state_number[p] = 0;
#endif
    state = p; critical = 0
}

#ifdef LONE
#define spares(p) skip
#else
// No process removes the marker of a holder that is in time.
#define spares(p) assert(!holds[p] || late[p])
#endif

// The file disappears from its name, whichever process created it.
inline vacate_write()
{
    spares(write);
    holds[write] = holds[write] && !late[write];
    write = 0; write_stale = 0; write_right = 0; settled = 1
#ifdef WRITE_BY_NUMBER
    ; has_number[1] = 0; has_number[2] = 0; has_number[3] = 0; has_number[4] = 0
#endif
}

inline make_write(p)
{
    write = p; write_stale = 0; write_right = 0; settled = !SETTLES;
#ifdef WRITE_BY_NUMBER
    if
    :: true
    :: true ->
        has_number[1] = (mine[1] == WRITE); has_number[2] = (mine[2] == WRITE);
        has_number[3] = (mine[3] == WRITE); has_number[4] = (mine[4] == WRITE);
        has_number[p] = 0
    fi;
#endif
    mine[p] = WRITE; late[p] = 0
}

inline close_write(p)
{
    if
    :: write_right == p -> write_right = 0
    :: else
    fi;
    mine[p] = 0; late[p] = 0; holds[p] = 0
#ifdef WRITE_BY_NUMBER
    ; has_number[p] = 0
#endif
}

// The scheduler has room for one claim. Without room the claim is left to expire, as by a
// destructor.
inline leave_claim(p)
{
#ifdef SCHEDULER
    if
    :: left_by == 0 && !dead[SCHEDULER_ID] && write != SCHEDULER_ID &&
       write_aside != SCHEDULER_ID ->
        mine[SCHEDULER_ID] = WRITE; late[SCHEDULER_ID] = late[p];
        left_by = p;
        write = (write == p -> SCHEDULER_ID : write);
        write_aside = (write_aside == p -> SCHEDULER_ID : write_aside)
    :: else
    fi;
#endif
    close_write(p)
}

inline forget(f)
{
    if
    :: f != 0 && !listed[f] && !any(mine, f) && !any(theirs, f) && !any(aside, f) ->
        maker[f] = 0; stale[f] = 0; unwritten[f] = 0; right[f] = 0
    :: else
    fi
}

// The marker is no longer in the directory. A listing that is being read may miss it from now on.
inline vacate(f)
{
    if
    :: mine[maker[f]] == f ->
        spares(maker[f]);
        holds[maker[f]] = holds[maker[f]] && !late[maker[f]]
    :: else
    fi;
    listed[f] = 0;
    seen[1] = seen[1] & ~(1 << f); seen[2] = seen[2] & ~(1 << f);
    seen[3] = seen[3] & ~(1 << f); seen[4] = seen[4] & ~(1 << f)
}

// There is room for the lone process as well.
#define has_room ((maker[1] != 0) + (maker[2] != 0) + (maker[3] != 0) + (maker[4] != 0) + \
    (lone == 0 && SPARE) < FILES)

inline make(p)
{
    k = 1;
    do
    :: maker[k] != 0 -> k++
    :: else -> break
    od;
    maker[k] = p; listed[k] = 1; unwritten[k] = HAS_GRACE;
    mine[p] = k; late[p] = 0;
    k = 0
}

inline close(p)
{
    k = mine[p];
    if
    :: right[k] == p -> right[k] = 0
    :: else
    fi;
    mine[p] = 0; late[p] = 0; holds[p] = 0;
    forget(k);
    k = 0
}

// The file that now has the name that f had when it was judged
#ifdef REUSES_NAME
#define is_named(g, f) (listed[g] && maker[g] == maker[f])
#define named(f) (f == 0 -> 0 : (is_named(1, f) -> 1 : (is_named(2, f) -> 2 : \
    (is_named(3, f) -> 3 : (is_named(4, f) -> 4 : 0)))))
#define is_free_name(p) !((listed[1] && maker[1] == p) || (listed[2] && maker[2] == p) || \
    (listed[3] && maker[3] == p) || (listed[4] && maker[4] == p))
#else
#define named(f) (listed[f] -> f : 0)
#define is_free_name(p) 1
#endif

inline move_aside(p)
{
    k = named(theirs[p]);
    if
    :: k != 0 -> vacate(k); aside[p] = k
    :: else
    fi;
    k = theirs[p]; theirs[p] = 0;
    forget(k);
    k = 0
}

inline drop_aside(p)
{
    k = aside[p]; aside[p] = 0;
    forget(k);
    k = 0
}

inline move_back(p)
{
#ifdef REUSES_NAME
    k = named(aside[p]);
    if
    :: k != 0 -> vacate(k); forget(k)
    :: else
    fi;
#endif
    listed[aside[p]] = 1;
    drop_aside(p)
}

inline start_listing(p)
{
    k = 1;
    do
    :: k <= FILES -> seen[p] = seen[p] | (listed[k] << k); k++
    :: else -> break
    od;
    k = 0
}

// Kernel locks end with the process.
inline die(p)
{
    dead[p] = 1;
    if
    :: state == p ->
        critical = 0;
        if
        :: p > OURS -> write_aside = 0; aside_stale = 0; blind = 0
        :: else
        fi
    :: else
    fi;
    if
    :: write == p -> write_stale = 1
    :: else
    fi;
    k = 1;
    do
    :: k <= FILES ->
        if
        :: right[k] == p -> right[k] = 0
        :: else
        fi;
        if
        :: maker[k] == p && listed[k] -> stale[k] = 1
        :: else
        fi;
        k++
    :: else -> break
    od;
    seen[p] = 0;
    k = theirs[p]; theirs[p] = 0; forget(k);
    drop_aside(p);
    if
    :: mine[p] == WRITE -> close_write(p)
    :: else -> close(p)
    fi;
    if
    :: write_right == p -> write_right = 0
    :: else
    fi
}

inline finish(p)
{
    at = ended;
    if
    :: lone != p ->
        die(p);
        if
        :: left_by == p -> die(SCHEDULER_ID); left_by = 0
        :: else
        fi
    :: else
    fi;
    running--
}

// Under `state`: removes a stale `write`
#define JUDGE_WRITE(at_judge, at_state, at_unlink, absent, present, lost) \
    :: atomic { at == at_judge && write == 0 -> go(absent) } \
    :: atomic { at == at_judge && write != 0 && !write_stale -> \
        say("%d: write is fresh\n"); \
        go(present) } \
    :: atomic { at == at_judge && write != 0 && write_stale && LOCAL && write_right == 0 -> \
        say("%d: flock(write): stale\n"); \
        write_right = p; \
        go(at_unlink) } \
    :: atomic { at == at_judge && write != 0 && write_stale && !LOCAL -> \
        say("%d: write is stale\n"); \
        go(at_state) } \
    :: atomic { at == at_state && IS_IN_STATE -> \
        say("%d: is still in state\n"); \
        critical = (state == p); \
        go(at_unlink) } \
    :: atomic { at == at_state && !IS_IN_STATE -> \
        say("%d: is no longer in state\n"); \
        go(lost) } \
    :: atomic { at == at_unlink -> \
        say("%d: unlink(write)\n"); \
        if \
        :: write != 0 && (!LOCAL || write_right == p) -> vacate_write() \
        :: else \
        fi; \
        critical = (state == p -> 0 : critical); \
        go(absent) }

#ifdef NO_SECOND_LOOK
#define SECOND refresh
#else
#define SECOND look_again
#endif
#define can_lock(f) (!LOCAL || right[f] == 0)
#define can_lock_write(p) (!LOCAL || write != p || write_right == 0)

#if READERS > 0
proctype reader(byte p) provided (lone != _pid || running <= 1)
{
    mtype at = look;

    {
    do
    :: atomic { at == look && write == 0 ->
        say("%d: no write\n");
        try(p);
        go(create) }
    :: atomic { at == look && write != 0 -> go(wait) }
    :: atomic { at == wait && write == 0 -> go(look) }
    :: atomic { at == wait && write_stale && can_take_state(p) ->
        say("%d: takes state, to evict write\n");
        try(p);
        take_state(p);
        go(evict_judge) }
    JUDGE_WRITE(evict_judge, evict_state, evict_unlink, evict_leave, evict_leave, evict_leave)
    :: atomic { at == evict_leave ->
        say("%d: leaves state\n");
        leave_state(p);
        go(look) }

    :: atomic { at == create && has_room && is_free_name(p) ->
        say("%d: creates its marker\n");
        make(p);
        go(HAS_GRACE -> fill : SECOND) }
    :: atomic { at == fill ->
        say("%d: writes it\n");
        unwritten[mine[p]] = 0;
        go(SECOND) }
    :: atomic { at == look_again && write == 0 ->
        say("%d: still no write\n");
#ifdef AGE_FIRST
        go(late[p] -> withdraw : refresh) }
#else
        go(refresh) }
#endif
    :: atomic { at == look_again && write != 0 ->
        say("%d: write\n");
        go(withdraw) }
    :: atomic { at == refresh && can_lock(mine[p]) ->
        say("%d: refreshes its marker\n");
        right[mine[p]] = (LOCAL -> p : 0);
        stale[mine[p]] = 0;
#if defined(AGE_FIRST) || defined(AGE_SINCE_REFRESH)
        late[p] = 0;
#endif
#ifdef NO_LAST_CHECK
        go(final_age) }
#else
        go(final_name) }
    :: atomic { at == final_name && listed[mine[p]] ->
        say("%d: stat(marker): mine\n");
        go(final_age) }
    :: atomic { at == final_name && !listed[mine[p]] ->
        say("%d: stat(marker): gone\n");
        go(withdraw) }
#endif
    :: atomic { at == final_age && IN_TIME ->
        say("%d: in time, holds to read\n");
        late[p] = 0;
        right[mine[p]] = 0;
        enter(p);
        go(hold) }
    :: atomic { at == final_age && !IN_TIME ->
        say("%d: late\n");
        go(withdraw) }

    :: atomic { at == hold && lone != p ->
        say("%d: releases\n");
        holds[p] = 0;
        go(withdraw) }
    :: atomic { at == hold && late[p] && stale[mine[p]] && can_lock(mine[p]) ->
        say("%d: refreshes its marker, is late\n");
        stale[mine[p]] = 0;
        holds[p] = 0;
        go(withdraw) }
    :: atomic { at == withdraw ->
        if
        :: listed[mine[p]] ->
            say("%d: unlinks its marker\n");
            vacate(mine[p])
        :: else
        fi;
        close(p);
        go(look) }

    :: atomic { lone != p || at == hold ->
        say("%d: ends\n");
        finish(p);
        break }
    od
    } unless { atomic { lone != 0 && lone != p -> finish(p) } }
}
#endif

#if WRITERS > 0
proctype writer(byte p) provided (lone != _pid || running <= 1)
{
    mtype at = claim;

    {
    do
#ifdef NO_STATE
    :: atomic { at == claim && write == 0 ->
        try(p);
        go(write_create) }
    :: atomic { at == claim && write_stale && can_take_state(p) ->
#else
    :: atomic { at == claim && (write == 0 || write_stale) && can_take_state(p) ->
#endif
        say("%d: takes state\n");
        try(p);
        take_state(p);
        go(write_judge) }
    JUDGE_WRITE(write_judge, write_look, write_unlink, write_create, write_leave, write_leave)
    :: atomic { at == write_leave ->
        say("%d: leaves state\n");
        leave_state(p);
        go(claim) }
    :: atomic { at == write_create && write == 0 ->
        say("%d: creates write\n");
        make_write(p);
        go(write_state) }
    :: atomic { at == write_create && write != 0 ->
        say("%d: create(write): there\n");
        go(write_leave) }
    :: atomic { at == write_state && CREATES_IN_STATE ->
        say("%d: is still in state, leaves it\n");
        leave_state(p);
        go(settle) }
    :: atomic { at == write_state && !CREATES_IN_STATE ->
        say("%d: is no longer in state\n");
        go(withdraw) }
#ifdef NO_SETTLE
    :: atomic { at == settle ->
#else
    :: atomic { at == settle && settled ->
#endif
        if
        :: SETTLES -> say("%d: write has settled\n")
        :: else
        fi;
#ifdef SETTLE_ALONE
        go(scan) }
#else
        go(SETTLES -> settle_state : scan) }
    :: atomic { at == settle_state && can_take_state(p) ->
        say("%d: takes state and leaves it\n");
        state = 0; critical = 0;
        go(scan) }
#endif

    :: atomic { at == scan ->
        try(p);
        start_listing(p);
        go(scan_end) }
    :: atomic { at == scan_end ->
        if
        :: seen[p] == 0 ->
            say("%d: no reader\n");
#ifdef AGE_FIRST
            go(late[p] -> withdraw : refresh)
#else
            go(refresh)
#endif
        :: else ->
            say("%d: a reader\n");
            go(drain)
        fi;
        seen[p] = 0 }
#define EVICTS(f) \
    :: atomic { at == drain && listed[f] && is_removable(f) -> \
        theirs[p] = f; \
        go(LOCAL -> drain_judge : carry_off) }
    EVICTS(1)
#if FILES >= 2
    EVICTS(2)
#endif
#if FILES >= 3
    EVICTS(3)
#endif
#if FILES >= 4
    EVICTS(4)
#endif
    :: atomic { at == drain && !is_any_listed -> go(scan) }
    :: atomic { at == drain && lone != p ->
        say("%d: times out\n");
        go(withdraw) }
    :: atomic { at == drain_judge && (!listed[theirs[p]] || !is_removable(theirs[p])) ->
        k = theirs[p]; theirs[p] = 0; forget(k); k = 0;
        go(scan) }
    :: atomic { at == drain_judge && listed[theirs[p]] && is_removable(theirs[p]) &&
                right[theirs[p]] == 0 ->
        say("%d: flock(a reader's marker): stale\n");
        right[theirs[p]] = p;
        go(drain_unlink) }
    :: atomic { at == drain_unlink ->
        say("%d: unlinks a reader's marker\n");
        right[theirs[p]] = 0;
        move_aside(p);
        drop_aside(p);
        go(scan) }
    :: atomic { at == carry_off ->
        say("%d: moves a reader's stale marker\n");
        move_aside(p);
        go(aside[p] == 0 -> scan : carry_off_read) }
    :: atomic { at == carry_off_read && is_removable(aside[p]) ->
        say("%d: as it was\n");
        go(carry_off_unlink) }
    :: atomic { at == carry_off_read && !is_removable(aside[p]) ->
        say("%d: refreshed\n");
        go(carry_off_back) }
    :: atomic { at == carry_off_unlink ->
        say("%d: unlinks it\n");
        drop_aside(p);
        go(scan) }
    :: atomic { at == carry_off_back ->
        say("%d: moves it back\n");
        move_back(p);
        go(scan) }

    :: atomic { at == refresh && can_lock_write(p) ->
        say("%d: refreshes write\n");
        if
        :: write == p ->
            write_stale = 0;
            write_right = (LOCAL -> p : 0)
        :: write_aside == p -> aside_stale = 0
        :: else
        fi;
#if defined(AGE_FIRST) || defined(AGE_SINCE_REFRESH)
        late[p] = 0;
#endif
#ifdef NO_LAST_CHECK
        go(final_age) }
#else
        go(final_name) }
    :: atomic { at == final_name && is_write_of(p) ->
        say("%d: stat(write): mine\n");
        go(final_age) }
    :: atomic { at == final_name && !is_write_of(p) ->
        say("%d: stat(write): lost\n");
        close_write(p);
        go(claim) }
#endif
    :: atomic { at == final_age && IN_TIME ->
        say("%d: in time, holds to write\n");
        late[p] = 0;
        write_right = (write_right == p -> 0 : write_right);
        enter(p);
        go(hold) }
    :: atomic { at == final_age && !IN_TIME ->
        say("%d: late\n");
        write_right = (write_right == p -> 0 : write_right);
        go(withdraw) }

    :: atomic { at == hold && lone != p ->
        say("%d: releases\n");
        holds[p] = 0;
        go(withdraw) }
    :: atomic { at == hold && late[p] && write == p && write_stale && can_lock_write(p) ->
        say("%d: refreshes write, is late\n");
        write_stale = 0;
        holds[p] = 0;
        go(withdraw) }
    :: atomic { at == withdraw && LOCAL && can_lock_write(p) ->
        say("%d: flock(write)\n");
        write_right = (write == p -> p : write_right);
        go(withdraw_unlink) }
    :: atomic { at == withdraw && !LOCAL && can_take_state(p) ->
        say("%d: takes state, to unlink write\n");
        take_state(p);
        go(withdraw_name) }
    :: atomic { at == withdraw_name ->
        say("%d: stat(write)\n");
        go(is_write_of(p) -> withdraw_state : withdraw_close) }
    :: atomic { at == withdraw_state && IS_IN_STATE ->
        say("%d: is still in state\n");
        critical = is_state_of(p);
        go(withdraw_unlink) }
    :: atomic { at == withdraw_state && !IS_IN_STATE ->
        say("%d: is no longer in state\n");
        go(withdraw_close) }
    :: atomic { at == withdraw && !LOCAL ->
        say("%d: does not get state, leaves write\n");
        leave_claim(p);
        go(claim) }
    :: atomic { at == withdraw_unlink ->
        say("%d: unlinks write\n");
        if
        :: write != 0 && (!LOCAL || write == p) -> vacate_write()
        :: else
        fi;
        critical = (state == p -> 0 : critical);
        go(withdraw_close) }
    :: atomic { at == withdraw_close ->
        leave_state(p);
        close_write(p);
        go(claim) }

    :: atomic { lone != p || at == hold ->
        say("%d: ends\n");
        finish(p);
        break }
    od
    } unless { atomic { lone != 0 && lone != p -> finish(p) } }
}
#endif

// Python peers look for `write` in a cache, and list the readers again.
#define PY_JUDGE_WRITE(absent, present) \
    :: atomic { at == py_judge && write == 0 -> go(absent) } \
    :: atomic { at == py_judge && write != 0 && !write_stale -> go(present) } \
    :: atomic { at == py_judge && write != 0 && write_stale -> \
        say("Python %d: write is stale\n"); \
        go(py_rename) } \
    :: atomic { at == py_rename && write == 0 -> go(py_judge) } \
    :: atomic { at == py_rename && write != 0 -> \
        say("Python %d: moves write\n"); \
        write_aside = write; aside_stale = write_stale; \
        vacate_write(); \
        go(py_verify) } \
    :: atomic { at == py_verify -> \
        say("Python %d: unlinks it, or leaves it there\n"); \
        write_aside = 0; aside_stale = 0; \
        go(py_judge) }

#if PYTHON_READERS > 0
proctype python_reader(byte p)
{
    mtype at = py_state;

    {
    do
    :: atomic { at == py_state && (write == 0 || write_stale || !settled) &&
                py_can_take_state(p) ->
        say("Python %d: takes state\n");
        take_state(p);
        go(py_judge) }
    PY_JUDGE_WRITE(py_create, py_wait)
    :: atomic { at == py_judge && write != 0 && !settled ->
        say("Python %d: sees no write, from its cache\n");
        blind = 1;
        go(py_create) }
    :: atomic { at == py_wait ->
        say("Python %d: write, leaves state\n");
        leave_state(p);
        go(py_state) }
    :: atomic { at == py_create && has_room ->
        say("Python %d: creates its marker\n");
        blind = 0;
        make(p);
        go(HAS_GRACE -> py_fill : py_return) }
    :: atomic { at == py_fill ->
        unwritten[mine[p]] = 0;
        go(py_return) }
    :: atomic { at == py_return ->
        say("Python %d: leaves state, holds to read\n");
        leave_state(p);
        if
        :: !late[p] -> enter(p)
        :: else
        fi;
        go(py_hold) }
    :: atomic { at == py_hold && stale[mine[p]] && listed[mine[p]] ->
        say("Python %d: refreshes its marker\n");
        stale[mine[p]] = 0 }
    :: atomic { at == py_hold && py_can_take_state(p) ->
        say("Python %d: takes state, releases\n");
        take_state(p);
        holds[p] = 0;
        go(py_unlink) }
    :: atomic { at == py_unlink ->
        if
        :: listed[mine[p]] ->
            say("Python %d: unlinks its marker\n");
            vacate(mine[p])
        :: else
        fi;
        close(p);
        go(py_wait) }
    :: atomic { lone == 0 ->
        say("Python %d: ends\n");
        finish(p);
        break }
    od
    } unless { atomic { lone != 0 -> finish(p) } }
}
#endif

#if PYTHON_WRITERS > 0
proctype python_writer(byte p)
{
    mtype at = py_state;

    {
    do
    :: atomic { at == py_state && (write == 0 || write_stale) && py_can_take_state(p) ->
        say("Python %d: takes state\n");
        take_state(p);
        go(py_judge) }
    PY_JUDGE_WRITE(py_create, py_wait)
    :: atomic { at == py_wait ->
        say("Python %d: leaves state\n");
        leave_state(p);
        go(py_state) }
    :: atomic { at == py_create && write == 0 ->
        say("Python %d: creates write\n");
        make_write(p);
        go(py_leave) }
    :: atomic { at == py_create && write != 0 -> go(py_wait) }
    :: atomic { at == py_leave ->
        say("Python %d: leaves state\n");
        leave_state(p);
        go(py_drain) }
    :: atomic { at == py_drain && py_can_take_state(p) ->
        say("Python %d: takes state\n");
        take_state(p);
        go(py_again) }
    :: atomic { at == py_again && write == p ->
        say("Python %d: refreshes write\n");
        write_stale = 0; late[p] = 0;
        go(py_evict) }
    :: atomic { at == py_again && write != p ->
        say("Python %d: write is lost\n");
        close_write(p);
        go(py_wait) }
#define PY_EVICTS(f) \
    :: atomic { at == py_evict && listed[f] && stale[f] -> \
        theirs[p] = f; \
        go(py_carry_off) }
    PY_EVICTS(1)
#if FILES >= 2
    PY_EVICTS(2)
#endif
#if FILES >= 3
    PY_EVICTS(3)
#endif
#if FILES >= 4
    PY_EVICTS(4)
#endif
    :: atomic { at == py_carry_off ->
        say("Python %d: moves a reader's stale marker\n");
        move_aside(p);
        go(py_carry_off_read) }
    :: atomic { at == py_carry_off_read ->
        say("Python %d: unlinks it, or leaves it there\n");
        drop_aside(p);
        go(py_evict) }
    :: atomic { at == py_evict ->
        start_listing(p);
        go(py_scan_end) }
    :: atomic { at == py_scan_end && seen[p] != 0 ->
        seen[p] = 0;
        go(py_leave) }
    :: atomic { at == py_scan_end && seen[p] == 0 ->
        say("Python %d: no reader, leaves state, holds to write\n");
        leave_state(p);
        if
        :: !late[p] -> enter(p)
        :: else
        fi;
        go(py_hold) }
    :: atomic { at == py_hold && write == p && write_stale ->
        say("Python %d: refreshes write\n");
        write_stale = 0 }
    :: atomic { at == py_hold && py_can_take_state(p) ->
        say("Python %d: takes state, releases\n");
        take_state(p);
        holds[p] = 0;
        go(py_unlink) }
    :: atomic { at == py_unlink ->
        if
        :: write == p ->
            say("Python %d: unlinks write\n");
            vacate_write()
        :: else
        fi;
        close_write(p);
        go(py_wait) }
    :: atomic { lone == 0 ->
        say("Python %d: ends\n");
        finish(p);
        break }
    od
    } unless { atomic { lone != 0 -> finish(p) } }
}
#endif

#ifdef SCHEDULER
// The scheduler tries for at most one threshold, and does not refresh the claim.
proctype scheduler(byte p)
{
    mtype at = wait;
#define goes_on(where) (at == where && mine[p] == WRITE)

end:
    do
    :: atomic { goes_on(wait) && !late[p] -> go(withdraw) }
    :: atomic { goes_on(withdraw) -> go(wait) }
    :: atomic { goes_on(withdraw) && can_take_state(p) ->
        say("%d: scheduler takes state\n");
        take_state(p);
        go(withdraw_name) }
    :: atomic { goes_on(wait) && late[p] ->
#ifdef LEFT_REFRESHED
        say("%d: scheduler refreshes write, and tries no more\n");
        late[p] = 0;
        write_stale = (write == p -> 0 : write_stale);
        go(hold) }
#else
        say("%d: scheduler leaves write to expire\n");
        go(withdraw_close) }
#endif
#ifdef LEFT_UNCHECKED
    :: atomic { goes_on(withdraw_name) -> go(withdraw_state) }
#else
    :: atomic { goes_on(withdraw_name) ->
        say("%d: scheduler opens write\n");
        go(is_write_of(p) -> withdraw_state : withdraw_close) }
#endif
#ifdef LEFT_OUTSIDE_STATE
    :: atomic { goes_on(withdraw_state) -> go(withdraw_unlink) }
#else
    :: atomic { goes_on(withdraw_state) && is_state_of(p) ->
        say("%d: scheduler is still in state\n");
        critical = is_state_of(p);
        go(withdraw_unlink) }
    :: atomic { goes_on(withdraw_state) && !is_state_of(p) ->
        say("%d: scheduler is no longer in state\n");
        go(wait) }
#endif
    :: atomic { goes_on(withdraw_unlink) ->
        say("%d: scheduler unlinks write\n");
        if
        :: write != 0 ->
#ifndef LONE
            assert(write == p); // not a successor's
#endif
            vacate_write()
        :: else
        fi;
        critical = (state == p -> 0 : critical);
        go(withdraw_close) }
    :: atomic { goes_on(withdraw_close) ->
        leave_state(p);
        close_write(p);
        left_by = 0;
        go(wait) }
    // Its process has ended. When nothing of it is left, its number serves another process.
    :: atomic { dead[p] && state != p && write != p && write_aside != p ->
        dead[p] = 0;
        go(wait) }
    od
}
#endif

#define LATE(p) \
    :: atomic { mine[p] != 0 && !late[p] && lone == 0 -> \
        printf("%d: becomes late\n", p); \
        late[p] = 1 }
#define STALE(f) \
    :: atomic { listed[f] && !stale[f] && (mine[maker[f]] != f || late[maker[f]]) -> \
        printf("%d: its marker becomes stale\n", maker[f]); \
        stale[f] = 1 }

proctype time()
{
end:
    do
    LATE(1)
    LATE(2)
#if ALL >= 3
    LATE(3)
#endif
#if ALL >= 4
    LATE(4)
#endif
    STALE(1)
#if FILES >= 2
    STALE(2)
#endif
#if FILES >= 3
    STALE(3)
#endif
#if FILES >= 4
    STALE(4)
#endif
    :: atomic { write != 0 && !write_stale && (mine[write] == 0 || late[write]) ->
        printf("%d: write becomes stale\n", write);
        write_stale = 1 }
#ifdef QUICK
    :: atomic { !settled && !blind ->
#else
    :: atomic { !settled ->
#endif
        printf("0: settled\n");
        settled = 1 }
#ifdef LONE
#define LEFT(p) \
    :: atomic { lone == 0 && p <= OURS && !dead[p] -> \
        printf("%d: alone from now on\n", p); \
        lone = p }
    LEFT(1)
    LEFT(2)
    LEFT(3)
#endif
    od
}

init
{
    byte n = 1;
    atomic {
        do
        :: n > PROCESSES -> break
#if READERS > 0
        :: n <= READERS -> run reader(n); n++
#endif
#if WRITERS > 0
        :: n > READERS && n <= OURS -> run writer(n); n++
#endif
#if PYTHON_READERS > 0
        :: n > OURS && n <= PROCESSES && is_reader(n) -> run python_reader(n); n++
#endif
#if PYTHON_WRITERS > 0
        :: n <= PROCESSES && !is_reader(n) && n > OURS -> run python_writer(n); n++
#endif
        od;
        run time();
#ifdef SCHEDULER
        run scheduler(SCHEDULER_ID);
#endif
        n = 0
    }
}
