// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A class whose objects in several processes share a file.

#include <boost/filelock.hpp>

#include <fstream>
#include <iostream>
#include <mutex>

// tag::body[]
class visitors
{
public:
    visitors() : lock_("visitors.lock") {}

    int count_one()
    {
        std::lock_guard<boost::filelock::file_lock> const guard(lock_);
        int n = count(); // recursive: `count` locks as well
        std::ofstream("visitors") << ++n;
        return n;
    }

    int count() const
    {
        std::lock_guard<boost::filelock::file_lock> const guard(lock_);
        int n = 0;
        std::ifstream("visitors") >> n;
        return n;
    }

private:
    mutable boost::filelock::file_lock lock_; // makes the class neither copyable nor movable
};
// end::body[]

int main()
{
    visitors here, elsewhere;
    here.count_one();
    elsewhere.count_one();
    std::cout << here.count() << '\n';
}
