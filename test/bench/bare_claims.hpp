// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_BENCH_BARE_CLAIMS_HPP
#define BOOST_FILELOCK_TEST_BENCH_BARE_CLAIMS_HPP

#include "measure.hpp"

#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace bench {

/// The system calls without which the two claims of a strict lock cannot be made and removed. No
/// directory is read.
class bare_claims
{
public:
    explicit bare_claims(std::string path) : path_(std::move(path)) {}

    void make() const
    {
        std::string const text(121, 'x'); // as long as a claim
        int const file =
            ::open(name("private").c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        check(file != -1 && ::write(file, text.data(), text.size()) == ssize_t(text.size()) &&
              ::link(name("private").c_str(), name("intent").c_str()) == 0 &&
              ::unlink(name("private").c_str()) == 0 && ::close(file) == 0 &&
              ::link(name("intent").c_str(), name("held").c_str()) == 0);
    }

    void remove() const
    {
        check(::unlink(name("held").c_str()) == 0 && ::unlink(name("intent").c_str()) == 0);
    }

private:
    std::string name(char const* which) const { return path_ + '.' + which; }

    std::string path_;
};

} // namespace bench

#endif
