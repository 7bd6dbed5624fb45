// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Adapters of Boost.Thread that construct their lock themselves.

// synchronized_value is in Boost.Thread's extensions.
#define BOOST_THREAD_VERSION 4

#include <boost/filelock.hpp>

#include <boost/thread/lock_guard.hpp>
#include <boost/thread/lockable_adapter.hpp>
#include <boost/thread/synchronized_value.hpp>

#include <iostream>
#include <string>

struct settings
{
    std::string name = "default";
};

// tag::body[]
struct my_lock : boost::filelock::file_lock
{
    my_lock() : file_lock("my.lock") {}
};

boost::synchronized_value<settings, my_lock> value;

class journal : public boost::basic_lockable_adapter<my_lock>
{
    // ...
};
// end::body[]

int main()
{
    value->name = "other"; // locked until the end of the expression
    journal j;
    boost::lock_guard<journal> guard(j);
    boost::filelock::file_lock other("my.lock");
    std::cout << "free: " << other.try_lock() << '\n';
}
