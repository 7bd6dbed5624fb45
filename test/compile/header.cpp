// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Includes one public header, which the build names, alone and twice.

#define FILELOCK_TEST_STRING_OF(x) #x
#define FILELOCK_TEST_STRING(x) FILELOCK_TEST_STRING_OF(x)

#include FILELOCK_TEST_STRING(FILELOCK_TEST_HEADER)
#include FILELOCK_TEST_STRING(FILELOCK_TEST_HEADER)
