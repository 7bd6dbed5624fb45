// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The locks of read_write_lock, and of SQLite beside it. An atomic step is one system call. Each of
// OWNERS (2 to 4) owners has an open file description. It acquires any role, converts and releases
// as often as it likes. What SQLite does and this library does not is among the choices of every
// owner.
//
// A failed try changes nothing for the others, so it is no step. An owner that keeps trying, or
// sleeps in the kernel, stands still until it would get the lock. An owner that gives up does so
// without having tried. Thus spin reports an invalid end state when no owner can continue. Nothing
// forces a holder to release.
//
// Each rule that can be omitted or changed has a name for that: SHARED_FIRST, PENDING_FIRST,
// CONVERSION_WAITS, UPGRADE_SHARED_FIRST, UPGRADE_WAITS_ELSEWHERE, CONVERTS_ELSEWHERE,
// TESTS_ELSEWHERE, NO_TEST, JOINS_UNTESTED, UPGRADE_NO_TEST, UPGRADE_NO_RESERVED, NO_DRAIN. These
// changes do no harm: UPGRADE_KEEPS, UNLOCKS_FIRST.

#ifndef OWNERS
#define OWNERS 2
#endif

mtype = { idle, dying, ended,
          read_test, read_share, read_busy, sleep_pending, sleep_share, enter_unlock,
          sqlite_pending, sqlite_share, sqlite_unlock, sqlite_busy, recover_pending, recover_share,
          upgrade_reserve, upgrade_test, upgrade_share, upgrade_drop, upgrade_busy,
          write_reserve, take_reserve, take_pending, take_share,
          convert_upgrade, convert_exclusive, drop, give_up,
          reader, join, upgrader, writer, to_reader, to_upgrader };

// Locks
#define READ 1
#define WRITE 2

byte pending[OWNERS + 1]; // by number of the owner; 0 means none
byte reserved[OWNERS + 1];
byte shared[OWNERS + 1];
bit also[OWNERS + 1]; // its thread holds SHARED through another object

#define NOTHING 0
#define READER 1
#define UPGRADER 2
#define WRITER 3

byte holds[OWNERS + 1];
byte late; // owners, as bits, that started while a writer drained that still does

#if OWNERS == 2
#define count(A, v) ((A[1] == v) + (A[2] == v))
#define other(A, p, from) ((p != 1 && A[1] >= from) || (p != 2 && A[2] >= from))
#define drains(p) (q_drains(1, p) || q_drains(2, p))
#elif OWNERS == 3
#define count(A, v) ((A[1] == v) + (A[2] == v) + (A[3] == v))
#define other(A, p, from) ((p != 1 && A[1] >= from) || (p != 2 && A[2] >= from) || \
    (p != 3 && A[3] >= from))
#define drains(p) (q_drains(1, p) || q_drains(2, p) || q_drains(3, p))
#else
#define count(A, v) ((A[1] == v) + (A[2] == v) + (A[3] == v) + (A[4] == v))
#define other(A, p, from) ((p != 1 && A[1] >= from) || (p != 2 && A[2] >= from) || \
    (p != 3 && A[3] >= from) || (p != 4 && A[4] >= from))
#define drains(p) (q_drains(1, p) || q_drains(2, p) || q_drains(3, p) || q_drains(4, p))
#endif
#define q_drains(q, p) (q != p && pending[q] == WRITE && holds[q] != WRITER)
#define can_read(A, p) (!other(A, p, WRITE))
#define can_write(A, p) (!other(A, p, READ))
#define can_write_shared(p) (can_write(shared, p) && count(also, 1) == 0)
#define is_draining(p) (!can_read(pending, p))

#define say(what) printf(what, p)

// An owner may die at any point, and goes nowhere else then.
inline go(where)
{
    if
    :: at = where
    :: at = dying
    fi
}

inline enter(p, mode)
{
    holds[p] = mode;
    assert(count(holds, WRITER) + count(holds, UPGRADER) <= 1 &&
           (count(holds, WRITER) == 0 || count(holds, READER) == 0))
}

// An attempt of a reader or upgrade owner
inline start(p)
{
    late = late | (drains(p) << p)
}

// Acquires SHARED from nothing. It must not pass a writer that has drained since before it started.
inline come_in(p, mode)
{
    assert(!(late & (1 << p)));
    shared[p] = READ;
    enter(p, mode)
}

inline write(p)
{
    shared[p] = WRITE;
    late = 0;
    enter(p, WRITER)
}

inline unlock_pending(p)
{
    late = (pending[p] == WRITE -> 0 : late);
    pending[p] = 0
}

inline unlock(p)
{
    unlock_pending(p);
    reserved[p] = 0;
    shared[p] = 0;
    late = late & ~(1 << p)
}

inline leave(p)
{
    unlock(p);
    holds[p] = (also[p] -> READER : NOTHING);
    go(idle)
}

// A future writer continues, or gives up. SQLite gives up everything.
inline next(where)
{
    if
    :: go(where)
    :: go(drop)
    :: holds[p] != NOTHING && !announced -> go(give_up)
    fi
}

proctype owner(byte p)
{
    mtype at = idle;
    bit announced; // SHARED belongs to siblings: threads with the same object, which do not know of
                   // this writer

    do
    // A reader that tries
    :: atomic { at == idle && !also[p] ->
        start(p);
        go(read_test) }
#ifdef NO_TEST
    :: atomic { at == read_test -> go(read_share) }
#else
    :: atomic { at == read_test && !is_draining(p) ->
        say("%d: PENDING is free\n");
        go(read_share) }
#endif
    :: atomic { at == read_share && can_read(shared, p) ->
        say("%d: reads SHARED\n");
        come_in(p, READER);
        go(reader) }
    :: atomic { at == read_share && !can_read(shared, p) ->
        say("%d: SHARED is busy\n");
        go(read_busy) }
    :: atomic { at == read_busy && !is_draining(p) && can_read(shared, p) ->
        start(p);
        go(read_test) }

    // A reader that sleeps in the kernel
    :: atomic { at == idle && !also[p] ->
        start(p);
        go(sleep_pending) }
    :: atomic { at == sleep_pending && can_read(pending, p) ->
        say("%d: asleep, reads PENDING\n");
        pending[p] = READ;
        go(sleep_share) }
    :: atomic { at == sleep_share && can_read(shared, p) ->
        say("%d: asleep, reads SHARED\n");
        come_in(p, READER);
        go(enter_unlock) }
    :: atomic { at == enter_unlock ->
        say("%d: unlocks PENDING\n");
        unlock_pending(p);
        go(reader) }

    // A reader of SQLite
    :: atomic { at == idle && !also[p] ->
        start(p);
        go(sqlite_pending) }
    :: atomic { at == sqlite_pending && can_read(pending, p) ->
        say("%d: SQLite, reads PENDING\n");
        pending[p] = READ;
        go(sqlite_share) }
    :: atomic { at == sqlite_share && can_read(shared, p) ->
        say("%d: SQLite, reads SHARED\n");
        come_in(p, READER);
        go(enter_unlock) }
    :: atomic { at == sqlite_share && !can_read(shared, p) -> go(sqlite_unlock) }
    :: atomic { at == sqlite_unlock ->
        say("%d: SQLite, SHARED was busy, unlocks PENDING\n");
        unlock(p);
        if
        :: go(sqlite_busy)
        :: go(idle)
        fi }
    :: atomic { at == sqlite_busy && can_read(pending, p) && can_read(shared, p) ->
        start(p);
        go(sqlite_pending) }

    // An upgrade owner that tries, or sleeps for RESERVED
#ifdef UPGRADE_SHARED_FIRST
    :: atomic { at == idle && !also[p] && !is_draining(p) && can_read(shared, p) ->
        say("%d: to upgrade, reads SHARED\n");
        shared[p] = READ;
        go(upgrade_reserve) }
#else
    :: atomic { at == idle && !also[p] ->
        start(p);
        go(upgrade_reserve) }
#endif
    :: atomic { at == upgrade_reserve && can_write(reserved, p) ->
        say("%d: to upgrade, RESERVED\n");
#ifndef UPGRADE_NO_RESERVED
        reserved[p] = WRITE;
#endif
#ifndef UPGRADE_NO_TEST
        if
        :: also[p] -> go(upgrade_share)
        :: else -> go(upgrade_test)
        fi }
#else
        go(upgrade_share) }
#endif
    :: atomic { at == upgrade_test && !is_draining(p) ->
        say("%d: PENDING is free\n");
        go(upgrade_share) }
    :: atomic { at == upgrade_test && is_draining(p) -> go(upgrade_drop) }
    :: atomic { at == upgrade_share && can_read(shared, p) ->
        say("%d: reads SHARED, owns upgrade\n");
        come_in(p, UPGRADER);
        go(upgrader) }
    :: atomic { at == upgrade_share && !can_read(shared, p) -> go(upgrade_drop) }
#ifdef UPGRADE_KEEPS
    :: atomic { at == upgrade_drop ->
        say("%d: keeps RESERVED\n");
        if
        :: go(upgrade_busy)
        :: go(give_up)
        fi }
    :: atomic { at == upgrade_busy && !is_draining(p) && can_read(shared, p) ->
        start(p);
        go(upgrade_test) }
#else
    :: atomic { at == upgrade_drop ->
        say("%d: PENDING or SHARED was busy, unlocks all\n");
        unlock(p);
        if
        :: go(upgrade_busy)
        :: go(idle)
        fi }
    :: atomic { at == upgrade_busy && !is_draining(p) && can_read(shared, p) &&
                can_write(reserved, p) ->
        start(p);
        go(upgrade_reserve) }
#endif

    // A writer that tries or sleeps
#ifdef SHARED_FIRST
    :: atomic { at == idle && !also[p] && !is_draining(p) && can_read(shared, p) ->
        say("%d: to write, reads SHARED\n");
        shared[p] = READ;
        go(write_reserve) }
#elif defined(PENDING_FIRST)
    :: atomic { at == idle && !also[p] && can_write(pending, p) ->
        say("%d: to write, PENDING\n");
        pending[p] = WRITE;
        go(write_reserve) }
#else
    :: atomic { at == idle && !also[p] -> go(write_reserve) }
#endif
    :: atomic { at == write_reserve && !announced && can_write(pending, p) &&
                can_write(reserved, p) && can_write_shared(p) ->
        say("%d: all three, writes\n");
        pending[p] = WRITE;
        reserved[p] = WRITE;
        write(p);
        go(writer) }
    :: atomic { at == write_reserve && can_write(reserved, p) ->
        say("%d: to write, RESERVED\n");
        reserved[p] = WRITE;
        next(take_pending) }
    :: atomic { at == take_pending && can_write(pending, p) ->
        say("%d: to write, PENDING\n");
        pending[p] = WRITE;
        if
        :: next(take_share)
        :: holds[p] == UPGRADER -> go(upgrader) // SQLite keeps PENDING
        fi }
#ifdef NO_DRAIN
    :: atomic { at == take_share && !announced ->
#else
    :: atomic { at == take_share && !announced && can_write_shared(p) ->
#endif
        say("%d: SHARED, writes\n");
        write(p);
        go(writer) }
    :: atomic { (at == write_reserve || at == take_pending || at == take_share) && announced ->
        say("%d: the last sibling unlocks SHARED\n");
        shared[p] = 0;
        holds[p] = NOTHING;
        announced = 0;
        go(at) }

    // Giving up. This library's owners undo what the attempt has added. A writer's downgrade is
    // done in the same way.
    :: atomic { at == drop ->
        announced = 0;
        if
        :: holds[p] == UPGRADER ->
            say("%d: unlocks PENDING\n");
            unlock_pending(p);
            go(upgrader)
        :: holds[p] == READER ->
            say("%d: unlocks PENDING and RESERVED\n");
            unlock_pending(p);
            reserved[p] = 0;
            go(reader)
        :: else ->
            say("%d: gives up, unlocks all\n");
            leave(p)
        fi }
    :: atomic { at == give_up ->
        say("%d: SQLite, gives up, unlocks all\n");
        leave(p) }

    // Holders
    :: atomic { at == reader || at == upgrader || at == writer ->
        say("%d: releases\n");
        leave(p) }

    :: atomic { at == reader ->
        say("%d: is to convert to upgrade\n");
        go(convert_upgrade) }
    :: atomic { at == convert_upgrade && can_write(reserved, p) ->
        say("%d: RESERVED, owns upgrade\n");
        reserved[p] = WRITE;
        enter(p, UPGRADER);
        go(upgrader) }
    :: atomic { at == reader && !also[p] ->
        say("%d: is to convert to exclusive\n");
        go(convert_exclusive) }
    :: atomic { at == convert_exclusive && can_write(reserved, p) ->
        say("%d: to convert, RESERVED\n");
        reserved[p] = WRITE;
        next(take_pending) }
#ifndef CONVERSION_WAITS
    :: atomic { (at == convert_upgrade || at == convert_exclusive) && is_draining(p) ->
        say("%d: refused\n");
        go(reader) }
#endif
    :: atomic { at == reader && !also[p] ->
        say("%d: a thread announces that it is to write\n");
        announced = 1;
        go(write_reserve) }

#ifdef CONVERTS_ELSEWHERE
    :: atomic { at == upgrader ->
#else
    :: atomic { at == upgrader && !also[p] ->
#endif
        say("%d: is to convert to exclusive\n");
        go(take_pending) }
    :: atomic { at == upgrader ->
        say("%d: unlocks RESERVED, reads\n");
        unlock_pending(p); // of SQLite
        reserved[p] = 0;
        holds[p] = READER;
        go(reader) }

#ifdef UNLOCKS_FIRST
    :: atomic { at == writer ->
        say("%d: unlocks PENDING and RESERVED\n");
        unlock_pending(p);
        reserved[p] = 0;
        go(to_reader) }
    :: atomic { at == to_reader ->
        say("%d: reads SHARED\n");
        shared[p] = READ;
        enter(p, READER);
        go(reader) }
    :: atomic { at == writer && reserved[p] == WRITE ->
        say("%d: unlocks PENDING\n");
        unlock_pending(p);
        go(to_upgrader) }
    :: atomic { at == to_upgrader ->
        say("%d: reads SHARED, owns upgrade\n");
        shared[p] = READ;
        enter(p, UPGRADER);
        go(upgrader) }
#else
    :: atomic { at == writer ->
        say("%d: reads SHARED\n");
        shared[p] = READ;
        enter(p, READER);
        go(drop) }
    :: atomic { at == writer && reserved[p] == WRITE ->
        say("%d: reads SHARED, owns upgrade\n");
        shared[p] = READ;
        enter(p, UPGRADER);
        go(drop) }
#endif

    // SQLite's recovery. Newer versions do not lock PENDING.
    :: atomic { at == reader && !also[p] ->
        if
        :: go(recover_pending)
        :: go(recover_share)
        fi }
    :: atomic { at == recover_pending && can_write(pending, p) ->
        say("%d: SQLite, to recover, PENDING\n");
        pending[p] = WRITE;
        go(recover_share) }
    :: atomic { at == recover_share && can_write_shared(p) ->
        say("%d: SQLite, SHARED, recovers\n");
        write(p);
        go(writer) }
    :: atomic { (at == recover_pending && !can_write(pending, p)) ||
                (at == recover_share && !can_write_shared(p)) -> go(give_up) }

    // Another thread begins to read with the same object, which holds the lock. It only makes a
    // test.
    :: atomic { at == reader && !also[p] ->
        start(p);
        go(join) }
#ifdef JOINS_UNTESTED
    :: atomic { at == join ->
#else
    :: atomic { at == join && !is_draining(p) ->
#endif
        say("%d: another thread reads with the same object\n");
        come_in(p, READER);
        go(reader) }
    :: atomic { at == join ->
        late = late & ~(1 << p);
        go(reader) }

    // The thread uses another object of the same path, while it reads with the first
    :: atomic { at == reader && !also[p] ->
        say("%d: takes another object\n");
        shared[p] = 0;
        also[p] = 1;
        go(idle) }
#ifdef TESTS_ELSEWHERE
    :: atomic { at == idle && also[p] -> go(read_test) }
#else
    :: atomic { at == idle && also[p] -> go(read_share) }
#endif
    :: atomic { at == idle && also[p] -> go(upgrade_reserve) }
#ifndef UPGRADE_WAITS_ELSEWHERE
    :: atomic { at == upgrade_reserve && also[p] && is_draining(p) ->
        say("%d: refused\n");
        go(idle) }
#endif
    :: atomic { at == idle && also[p] ->
        shared[p] = READ;
        also[p] = 0;
        go(reader) }
    :: atomic { (at == reader || at == upgrader) && also[p] ->
        say("%d: releases the first object\n");
        also[p] = 0;
        go(at) }

    :: atomic { at == idle && !also[p] -> break }
    :: atomic { at == dying ->
        say("%d: dies\n");
        unlock(p);
        also[p] = 0;
        holds[p] = NOTHING;
        break }
    od;
    atomic {
        at = ended;
        announced = 0;
        assert(pending[p] == 0 && reserved[p] == 0 && shared[p] == 0)
    }
}

init
{
    byte n = 1;
    atomic {
        do
        :: n <= OWNERS -> run owner(n); n++
        :: else -> break
        od;
        n = 0
    }
}
