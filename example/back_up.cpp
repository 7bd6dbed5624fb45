// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Copies a file that another process keeps writing to.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/thread/locks.hpp>

#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::read_write_lock;

// tag::body[]
void back_up(std::string const& from, std::string const& to)
{
    read_write_lock lock(from);
    boost::shared_lock<read_write_lock> reader(lock); // writers wait until the copy is complete
    boost::filesystem::copy_file(from, to, boost::filesystem::copy_options::overwrite_existing);
}
// end::body[]

// Updates both halves of the file again and again. Between the two writes, the first half is new
// and the second is old.
[[noreturn]] void write_for_ever(std::string const& path)
{
    read_write_lock lock(path);
    for (int i = 1;; ++i) {
        boost::unique_lock<read_write_lock> writer(lock);
        std::fstream file(path);
        file << i << std::flush;
        file.seekp(100);
        file << i << std::flush;
    }
}

bool is_whole(std::string const& path)
{
    std::ifstream file(path);
    int first = 0, second = 0;
    file >> first;
    file.seekg(100);
    return file >> second && first == second;
}

int main()
{
    std::ofstream("data") << std::flush;
    pid_t const writer = ::fork();
    if (writer == 0)
        write_for_ever("data");
    if (writer == -1)
        throw std::runtime_error("cannot fork");

    do
        back_up("data", "copy"); // until the writer has begun
    while (boost::filesystem::is_empty("copy"));
    int copies = 0, whole = 0;
    for (; copies < 20; ++copies) {
        back_up("data", "copy");
        whole += is_whole("copy");
    }
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    std::cout << copies << " copies, " << whole << " whole\n";
}
