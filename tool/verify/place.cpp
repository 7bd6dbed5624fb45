// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "place.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <thread>

namespace filelock_tool {

boost::system::error_code remove_place(boost::filesystem::path const& place)
{
    namespace errc = boost::system::errc;
    using std::chrono::steady_clock;

    auto const until = steady_clock::now() + std::chrono::seconds(5);
    for (;;) {
        boost::system::error_code ec;
        boost::filesystem::remove_all(place, ec);
        // An NFS client keeps the removed files of a process that has ended for a moment, under
        // another name (.nfsXXXX).
        bool const may_pass = ec == errc::directory_not_empty || ec == errc::file_exists ||
                              ec == errc::device_or_resource_busy;
        if (!may_pass || steady_clock::now() > until)
            return ec;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

} // namespace filelock_tool
