// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_PROCESSES_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_PROCESSES_HPP

#include <boost/filesystem/path.hpp>

#include <cstddef>
#include <vector>

#include <sys/types.h>

namespace filelock_tool {

/// The workers of this machine: child processes, which end with this process.
class verify_processes
{
public:
    /// Starts `count` workers, which take turns with the directories. Must be called before this
    /// process has threads. Throws `std::system_error`.
    verify_processes(std::vector<boost::filesystem::path> const& directories, std::size_t count);
    verify_processes(verify_processes const&) = delete;
    verify_processes& operator=(verify_processes const&) = delete;
    ~verify_processes();

    /// Returns the sockets to the workers. The caller closes them.
    std::vector<int> const& sockets() const noexcept { return sockets_; }

    /// Kills the workers, and waits until they are gone.
    void end() noexcept;

private:
    void start(boost::filesystem::path const& directory);

    std::vector<pid_t> pids_;
    std::vector<int> sockets_;
};

} // namespace filelock_tool

#endif
