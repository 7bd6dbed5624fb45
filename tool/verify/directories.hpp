// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_DIRECTORIES_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_DIRECTORIES_HPP

#include "dialogue.hpp"
#include "results.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace filelock_tool {

/// The directories, of all hosts, through which the processes work.
class verify_directories
{
public:
    /// Asks all processes for their directories.
    explicit verify_directories(verify_dialogue& dialogue);

    /// Makes a subdirectory of this name through the first directory, and lets each process enter
    /// it through its own. Throws `verify_failure` with `bad_data` if a directory does not show it.
    void enter(std::string const& name);

    /// Measures the facts of each directory, and for how long each shows an old state. That is
    /// measured up to the limit.
    std::vector<directory_result> measure(std::chrono::milliseconds limit);

    /// Returns a process that should wait for the first process: in another directory if there is
    /// one.
    std::size_t partner() const { return first_of_.size() > 1 ? first_of_[1] : 1; }

private:
    std::string label(std::size_t directory) const;
    void inspect(std::size_t directory);
    void measure_staleness(std::size_t directory, std::chrono::milliseconds limit);

    verify_dialogue& dialogue_;
    std::vector<directory_result> directories_;
    std::vector<std::size_t> first_of_;     ///< the first process of each directory
    std::vector<std::size_t> directory_of_; ///< of each process
};

} // namespace filelock_tool

#endif
