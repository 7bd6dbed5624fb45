// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "markers.hpp"

#include "child.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/exception.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>

namespace filelock_test {
namespace fs = boost::filesystem;

std::string text_of(fs::path const& path)
{
    std::ifstream file(path.string(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(fs::path const& path, std::string const& text)
{
    std::ofstream file(path.string(), std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw std::runtime_error("write " + path.string());
}

void make_old(fs::path const& path)
{
    fs::last_write_time(path, std::time(nullptr) - 300'000'000);
}

old_for_now::old_for_now(fs::path const& path) : path_(path)
{
    struct ::stat s = {};
    ::stat(path.c_str(), &s);
    was_ = s.st_mtim;
    make_old(path);
}

old_for_now::~old_for_now()
{
    ::timespec const times[] = {was_, was_};
    ::utimensat(AT_FDCWD, path_.c_str(), times, 0);
}

void make_tree_old(fs::path const& lock)
{
    // Another process may remove a marker meanwhile.
    auto const make_old_if_there = [](fs::path const& path) {
        try {
            make_old(path);
        } catch (fs::filesystem_error const& e) {
            if (e.code() != boost::system::errc::no_such_file_or_directory)
                throw;
        }
    };
    auto const readers = fs::path(lock.string() + ".readers");
    make_old_if_there(fs::path(lock.string() + ".write"));
    if (fs::exists(readers))
        for (auto const& name : names_in(readers))
            make_old_if_there(readers / name);
}

std::string own_record(fs::path const& directory)
{
    boost::filelock::soft_file_lock lock(directory / fs::unique_path("record-%%%%-%%%%"));
    lock.lock();
    auto text = text_of(lock.path());
    lock.unlock();
    if (text.empty())
        throw std::runtime_error("no marker");
    return text;
}

std::string record_of_the_dead(fs::path const& directory)
{
    auto const path = directory / fs::unique_path("record-%%%%-%%%%");
    child dies([&] {
        write_text(path, own_record(directory));
        return 0;
    });
    if (dies.wait() != 0)
        throw std::runtime_error("no record");
    auto text = text_of(path);
    fs::remove(path);
    return text;
}

std::string without_start(std::string const& record)
{
    return record.substr(0, record.find('\n', record.find('\n') + 1) + 1);
}

std::vector<std::string> names_in(fs::path const& directory)
{
    std::vector<std::string> names;
    for (auto const& entry : fs::directory_iterator(directory))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace filelock_test
