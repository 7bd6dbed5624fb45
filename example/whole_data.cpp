// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Data that stays consistent whatever happens to the lock.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string>

// tag::body[]
std::string read(std::string const& path) // needs no lock: the file is always complete
{
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_whole(std::string const& path, std::string const& content)
{
    auto const next = path + ".next";
    std::ofstream out(next);
    out << content << std::flush;
    if (!out)
        throw std::runtime_error("cannot write " + next);
    boost::filesystem::rename(next, path); // readers see the old content or the new
}

void append(std::string const& path, std::string const& line)
{
    boost::filelock::file_lock lock(path + ".lock"); // a separate file: the data file is replaced
    std::lock_guard<boost::filelock::file_lock> const guard(lock);
    write_whole(path, read(path) + line + '\n'); // no update of another process is lost
}
// end::body[]

int main()
{
    append("list", "one");
    append("list", "two");
    std::cout << read("list");
}
