#warning int leaked;
#pragma once
int b;
