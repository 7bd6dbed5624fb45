// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Symbols that static libraries of Debian 13 refer to and that the C and C++ libraries of Debian 12
// lack. Weak: where a library has them as well, there is one definition too many and no error.

#include <cstdarg>
#include <cstdio>
#include <exception>
#include <ios>

#include <cxxabi.h>

// glibc 2.38: what `sscanf` is called by sources that are compiled as C23 or C++23.
extern "C" __attribute__((weak)) int __isoc23_sscanf(char const* text, char const* format, ...)
{
    std::va_list arguments;
    va_start(arguments, format);
    int const n = std::vsscanf(text, format, arguments);
    va_end(arguments);
    return n;
}

// libstdc++ 14: called where an exception meets `noexcept`.
extern "C" [[noreturn]] __attribute__((weak)) void __cxa_call_terminate(void* exception)
{
    abi::__cxa_begin_catch(exception);
    std::terminate();
}

// libstdc++ 13: initialises the standard streams, in place of an `ios_base::Init` in each source.
namespace std {
__attribute__((weak)) void ios_base_library_init()
{
    static ios_base::Init const streams;
}
} // namespace std
