// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Acquires and releases the lock of gofrs/flock as often as a line of input requests, and prints
// how many nanoseconds that took.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"
)

func main() {
	lock := flock.New(os.Args[1])
	var count int
	for {
		if _, err := fmt.Scan(&count); err != nil {
			return
		}
		start := time.Now()
		for i := 0; i < count; i++ {
			if err := lock.Lock(); err != nil {
				os.Exit(1)
			}
			if err := lock.Unlock(); err != nil {
				os.Exit(1)
			}
		}
		fmt.Println(time.Since(start).Nanoseconds())
	}
}
