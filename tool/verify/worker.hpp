// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_WORKER_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_WORKER_HPP

#include <boost/filesystem/path.hpp>

// A worker is a process of `verify` that uses the locks and files of one directory. It obeys lines
// and answers each with a line or several. Durations are in milliseconds unless stated otherwise.
//
//     where                where HOST DIRECTORY
//     make NAME            made               makes the subdirectory NAME and a file in it
//     find NAME LIMIT      found | missing    waits until it sees that file
//     race KIND TIME       see verify_race.hpp
//     hold KIND            held               keeps the lock
//     let-go               released
//     wait KIND INTERVAL   see verify_race.hpp
//     inspect              facts LINKS STEP OFFSET UNCERTAINTY    see verify_facts.hpp
//     prepare NUMBER       prepared           see verify_staleness.hpp
//     watch NUMBER LIMIT   ready, then lines
//     change NUMBER        changed
//     end                                     ends the process
//
// A failure is answered by "error STATUS TEXT", with the exit status for it.

namespace filelock_tool {

/// Obeys the lines from the socket until it is closed. Returns the exit status.
int work(int socket, boost::filesystem::path const& directory);

/// Returns whether the name is one that `verify` gives to its subdirectory. Another host sends it.
bool is_name_of_place(std::string const& name);

/// Returns a new name for the subdirectory.
std::string new_name_of_place();

} // namespace filelock_tool

#endif
