// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A Python peer. It acquires no removal right and looks for no witness. The model leaves open
// whether it checks the path before it removes what it releases.

#if PYTHON > 0
mtype = { py_attempt, py_write, py_hold, py_release, py_unlink, py_close, py_rename, py_compare,
          py_remove };

proctype python(byte p)
{
    mtype at = py_attempt;
    byte rounds = PYTHON;
    byte breaks_left = BREAKS;
    byte seen;

    {
    do
    :: atomic { at == py_attempt && path == 0 ->
        say("Python %d: create(path)\n");
        make(p, EMPTY);
        path = mine[p];
        go(py_write) }
    :: atomic { at == py_write ->
        say("Python %d: write, holds\n");
        if
        :: old[mine[p]] ->
#ifndef MISTAKEN
            excuse
#endif
        :: else
        fi;
        content[mine[p]] = WHOLE;
        holds[p] = 1;
        go(py_hold); check() }
    :: atomic { at == py_hold ->
        say("Python %d: releases\n");
        holds[p] = 0;
        go(py_release) }
    :: atomic { at == py_release -> go(py_unlink) }
    :: atomic { at == py_release && path != mine[p] ->
        say("Python %d: stat(path): another\n");
        go(py_close) }
    :: atomic { at == py_unlink ->
        say("Python %d: unlink(path)\n");
        unlink(path, p);
        go(py_close) }
    :: atomic { at == py_close ->
        close(mine[p], p);
        rounds--;
        if
        :: rounds == 0 -> break
        :: else -> go(py_attempt)
        fi }

    :: atomic { at == py_attempt && breaks_left > 0 && path != 0 &&
                (content[path] != WHOLE || dead[maker[path]]) ->
        say("Python %d: read(path): removable\n");
        old[path] = (content[path] != WHOLE);
        theirs[p] = path; // the marker's number and times
        seen = content[path];
        breaks_left--;
        go(py_rename) }
    :: atomic { at == py_attempt && path != 0 ->
        say("Python %d: gives up\n");
        break }
    :: atomic { at == py_rename ->
        say("Python %d: rename(path, aside)\n");
        if
        :: path != 0 && (path != theirs[p] || content[path] != seen) ->
#ifndef MISTAKEN
            excuse
#endif
        :: else
        fi;
        exchange(aside[p], path);
        go(py_compare) }
    :: atomic { at == py_compare && aside[p] == theirs[p] && content[theirs[p]] == seen ->
        say("Python %d: stat(aside): what was judged\n");
        go(py_remove) }
    :: atomic { at == py_compare && !(aside[p] == theirs[p] && content[theirs[p]] == seen) ->
        say("Python %d: stat(aside): another, left\n");
        leave(p);
        seen = 0;
        close(theirs[p], p);
        go(py_attempt) }
    :: atomic { at == py_remove ->
        say("Python %d: unlink(aside)\n");
        unlink(aside[p], p);
        seen = 0;
        close(theirs[p], p);
        go(py_attempt) }

    :: atomic { at != py_attempt ->
        say("Python %d: dies\n");
        die(p);
        check();
        break }
    od
    } unless { over }
    atomic {
        rounds = 0; breaks_left = 0; seen = 0; at = ended;
        if
        :: over -> forget_all(p)
        :: else -> end()
        fi
    }
}
#endif
