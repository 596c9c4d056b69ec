"""`palomar demo --mesh`: a walkthrough of layer-7 traffic management, played on real Envoys."""
