// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Compiles if libfuse 3 is installed.

#define FUSE_USE_VERSION 35
#include <fuse3/fuse.h>

int main()
{
    return fuse_version() < 0;
}
