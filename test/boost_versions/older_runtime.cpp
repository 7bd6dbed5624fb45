// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Defines symbols that static libraries of Debian 13 refer to and that the C and C++ libraries of
// Debian 12 lack. They are weak: where a library also has them, the second definition is no error.

#include <cstdarg>
#include <cstdio>
#include <exception>
#include <ios>

#include <cxxabi.h>

// glibc 2.38: sources that are compiled as C23 or C++23 call `sscanf` by this name.
extern "C" __attribute__((weak)) int __isoc23_sscanf(char const* text, char const* format, ...)
{
    std::va_list arguments;
    va_start(arguments, format);
    int const n = std::vsscanf(text, format, arguments);
    va_end(arguments);
    return n;
}

// libstdc++ 14: called where an exception reaches `noexcept`.
extern "C" [[noreturn]] __attribute__((weak)) void __cxa_call_terminate(void* exception)
{
    abi::__cxa_begin_catch(exception);
    std::terminate();
}

// libstdc++ 13: initialises the standard streams, instead of an `ios_base::Init` in each source.
namespace std {
__attribute__((weak)) void ios_base_library_init()
{
    static ios_base::Init const streams;
}
} // namespace std
