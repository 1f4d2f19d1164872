"""Gives the empty desktop a colour: pictures of it are of no use in black."""

import ctypes

x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x.XDefaultRootWindow.restype = ctypes.c_ulong
x.XSetWindowBackground.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
x.XClearWindow.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
x.XCloseDisplay.argtypes = [ctypes.c_void_p]

display = x.XOpenDisplay(None)
assert display, "no display"
root = x.XDefaultRootWindow(display)
x.XSetWindowBackground(display, root, 0xB9C2D0)
x.XClearWindow(display, root)
x.XCloseDisplay(display)
